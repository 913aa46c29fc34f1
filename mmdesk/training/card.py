"""CARD.md: what a pack is, for whom, and what it is worth, from its manifest alone."""

from mmdesk.packs.manifest import Manifest

LIMITS = """\
- No training case had an image, a sound and a record of the same person. Only the valve task learned
  from true pairs (sound with age, sex and smoking); everywhere else a case with several inputs shows
  that the parts work together, not that they help each other.
- A finding is a pattern match within its task. What the task does not name cannot be found, and a
  picture of something else may still fit a pattern.
- Normal heart sound clips come from very few recordings; nothing about *normal* is measured there.
- Valve and liver results are 5-fold cross-validation on small sets; the features of the valve task were
  chosen on the same patients, so expect less on new ones.
- The report says only what was scored and what the record states: no side, place, size or severity.
"""


def write_card(spec: Manifest) -> str:
    lines = [
        f"# {spec.name} {spec.version}",
        "",
        spec.title + ".",
        "",
        f"**{spec.intended_use}**",
        "",
        spec.licence,
        "",
    ]
    lines += ["## Tasks", "", "| task | question | inputs | learned from |", "| --- | --- | --- | --- |"]
    for task in spec.tasks:
        carriers = ", ".join(task.carriers)
        lines.append(f"| {task.name} | {task.question} | {carriers} | {task.population.text} |")
    lines += ["", "## Results", "", "Intervals are 95%, by resampling whole groups.", ""]
    lines += [
        "| task | measure | value | interval | groups | split |",
        "| --- | --- | ---: | --- | ---: | --- |",
    ]
    for item in spec.measured:
        interval = f"{item.low:.3f} to {item.high:.3f}"
        lines.append(
            f"| {item.task} | {item.metric} | {item.value:.3f} | {interval} | {item.groups} | {item.split} |"
        )
    lines += ["", "## Limits", "", LIMITS]
    return "\n".join(lines)
