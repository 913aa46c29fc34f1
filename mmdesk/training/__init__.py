"""Training: data sets, report grammar, loops, evaluation, model card."""
