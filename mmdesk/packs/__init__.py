"""Model packs: a folder with a manifest, weights, a tokenizer and their hashes. No code, no pickle."""
