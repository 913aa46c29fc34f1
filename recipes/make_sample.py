"""Makes the built-in sample case: a synthetic radiograph, a synthetic heart sound and a written record.

The radiograph is drawn from a model of shape and appearance (Cootes et al. 2001) fitted on training
images of bacterial pneumonia: the images are registered to a common template, then the appearance in
the template's frame and the displacements are drawn apart, each from its principal components, and
texture is added band by band. The heart sound is written from parameters; only its murmur's spectrum
and the noise between the beats are measured, over all training clips of aortic stenosis. Candidates are
drawn until the pack reads one as intended.
"""

import argparse
import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from mmdesk.case import Case, Input, Modality
from mmdesk.engine import StopToken
from mmdesk.engine.local import LocalEngine
from mmdesk.events import FindingsScored
from mmdesk.report import Finding, Status

RECORD = """\
4-year-old boy. Fever and productive cough for 4 days, eats little. Denies chest pain.
Temp 38.9 C, HR 128 /min, RR 38 /min, SpO2 94 %.
WBC 17.8 x10^9/L, CRP 96 mg/L.
"""

ABOUT = """\
# Sample case

`sample/` is a made-up case: a radiograph, a heart sound and an emergency room note. There is no patient.

| file | what it is |
| --- | --- |
| `radiograph.png` | drawn from a statistical model of chest radiographs of bacterial pneumonia |
| `heart_sound.wav` | written from parameters: two heart sounds and an ejection murmur as in aortic stenosis |
| `record.txt` | written by hand |

The radiograph says SYNTHETIC on its face. All three are written by `recipes/make_sample.py`. They hold
no part of any recording or image; the script prints how far the radiograph is from the nearest training
image.
"""

SIZE = 256  # side of the model's images; the written one has twice that
MEMBERS, KEPT = 360, 240  # images registered, and those of them that fit the template best
APPEARANCES, SHAPES = 60, 30  # principal components
BANDS = (0.8, 1.6, 3.2, 6.4)  # deviations of the Gaussians between which texture is added, in pixels
SOUND_RATE = 4000
SECONDS = 3.0
RAISE, TEXTURE = 2.2, (0.7, 0.5, 0.2)  # see detailed()
SYSTOLE = 0.36  # seconds at a heart period of 0.87 s, the median of the clips
RATES = (104, 96, 88, 80, 72)  # heart beats a minute, tried in this order, DRAWS times each
DRAWS = 12


# --- Images ---------------------------------------------------------------------------------------------


def blur(x: Tensor, deviation: float) -> Tensor:
    """(n, c, h, w), by a Gaussian of `deviation` pixels; the border continues."""
    reach = int(3 * deviation + 0.5)
    kernel = torch.exp(-(torch.arange(-reach, reach + 1) ** 2) / (2 * deviation**2))
    rows = (kernel / kernel.sum()).view(1, 1, 1, -1).repeat(x.shape[1], 1, 1, 1)
    x = F.conv2d(F.pad(x, (reach, reach, 0, 0), mode="replicate"), rows, groups=x.shape[1])
    columns = rows.transpose(2, 3)
    return F.conv2d(F.pad(x, (0, 0, reach, reach), mode="replicate"), columns, groups=x.shape[1])


def local_contrast(x: Tensor, deviation: float) -> Tensor:
    """Local mean 0 and about local deviation 1, so that ribs count as much as the body's outline."""
    detail = x - blur(x, deviation)
    return detail / (blur(detail * detail, deviation).sqrt() + 0.03)


def resized(x: Tensor, size: int) -> Tensor:
    shrinks = size < x.shape[-1]
    return F.interpolate(x, (size, size), mode="bilinear", antialias=shrinks, align_corners=False)


def warped(x: Tensor, shift: Tensor, mode: str = "bicubic") -> Tensor:
    """x taken at each place plus shift (n, 2, h, w), in half sides of the image, x before y."""
    n = shift.shape[-1]
    places = (torch.arange(n) + 0.5) / n * 2 - 1
    grid = torch.stack(torch.meshgrid(places, places, indexing="xy"), -1)[None]
    points = grid + shift.permute(0, 2, 3, 1)
    return F.grid_sample(x, points, mode=mode, padding_mode="border", align_corners=False)


def inverse(shift: Tensor) -> Tensor:
    """The displacement that undoes `shift`, by fixed-point iteration."""
    back = -shift
    for _ in range(20):
        back = -warped(shift, back)
    return back


def train_rows(data: Path, name: str, label: str | None) -> list[dict[str, str]]:
    """The training rows of a manifest, of one label where given."""
    with (data / name / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [row for row in rows if row["split"] == "train" and label in (None, row["label"])]


def load_images(files: list[Path], size: int) -> Tensor:
    """(n, 1, size, size), the darkest and lightest hundredth of each image at 0 and 1."""
    images = torch.empty(len(files), 1, size, size)
    for index, path in enumerate(files):
        with Image.open(path) as file:
            grey = file.convert("L").resize((size, size), Image.Resampling.BICUBIC)
        images[index, 0] = torch.from_numpy(np.asarray(grey).astype(np.float32))
    low, high = torch.quantile(images.flatten(1), torch.tensor([0.01, 0.99]), dim=1)[:, :, None, None, None]
    return ((images - low) / (high - low)).clamp(-0.1, 1.15)


def typical(images: Tensor) -> Tensor:
    """The indices of MEMBERS images of one pose: the most central image first, then those most alike."""
    small = local_contrast(resized(images, 48), 6).flatten(1)
    small = F.normalize(small - small.mean(1, keepdim=True), dim=1)
    alike = small @ small.T
    center = alike.topk(MEMBERS, 1).values.mean(1).argmax()
    return alike[center].topk(MEMBERS).indices


def slopes(x: Tensor) -> Tensor:
    """(n, 1, h, w) → (n, 2, h, w), by central differences."""
    wide, tall = F.pad(x, (1, 1, 0, 0), mode="replicate"), F.pad(x, (0, 0, 1, 1), mode="replicate")
    return torch.cat([wide[..., 2:] - wide[..., :-2], tall[..., 2:, :] - tall[..., :-2, :]], 1) / 2


def register(target: Tensor, images: Tensor) -> Tensor:
    """Displacements (n, 2, 96, 96) that bring images to target: demons (Thirion 1998), coarse to fine."""
    found = []
    for part in images.split(60):
        shift = torch.zeros(len(part), 2, 24, 24)
        for size, steps in ((24, 40), (48, 40), (96, 30)):
            fixed, moving = (local_contrast(resized(x, size), size / 12) for x in (target, part))
            shift = resized(shift, size)
            for _ in range(steps):
                moved = warped(moving, shift, "bilinear")
                error, slope = moved - fixed, (slopes(moved) + slopes(fixed)) / 2
                step = -error * slope / ((slope**2).sum(1, keepdim=True) + error**2 / 4 + 0.01)
                shift = blur(shift + blur(step, 2) * 2 / size, 1.3)
        found.append(shift)
    return torch.cat(found)


@dataclass(frozen=True, slots=True)
class Components:
    """A Gaussian on its principal components: basis (k, d), deviations (k,)."""

    mean: Tensor
    basis: Tensor
    deviations: Tensor

    @classmethod
    def fit(cls, rows: Tensor, count: int) -> "Components":
        mean = rows.mean(0)
        _, singular, basis = torch.linalg.svd(rows - mean, full_matrices=False)
        return cls(mean, basis[:count], singular[:count] / (len(rows) - 1) ** 0.5)

    def draw(self, warmth: float, generator: torch.Generator) -> Tensor:
        """A vector; `warmth` scales the deviations."""
        weights = torch.randn(len(self.deviations), generator=generator).clamp(-2, 2)
        return self.mean + warmth * (weights * self.deviations) @ self.basis


@dataclass(frozen=True, slots=True)
class Radiographs:
    """`coarse` and `fine` are appearance in the template's frame below and above the widest of BANDS;
    `energies` the typical deviation of each band, place by place (bands, 1, SIZE, SIZE)."""

    coarse: Components
    fine: Components
    shape: Components
    energies: Tensor


def bands_of(x: Tensor) -> list[Tensor]:
    """Differences of Gaussians, fine to coarse; what is finer than the first is noise and left out."""
    levels = [blur(x, deviation) for deviation in BANDS]
    return [fine - coarse for fine, coarse in zip(levels, levels[1:], strict=False)]


def fit_radiographs(images: Tensor) -> Radiographs:
    """Three rounds of registration to a template that becomes the mean of what was brought to it."""
    members = images[typical(images)]
    template = members[:1]
    for _ in range(3):
        shifts = register(template, members)
        shifts = shifts - shifts.mean(0)
        full = resized(shifts, SIZE)
        aligned = torch.cat([warped(*pair) for pair in zip(members.split(60), full.split(60), strict=True)])
        gap = local_contrast(resized(aligned, 96), 8) - local_contrast(resized(template, 96), 8)
        best = gap.pow(2).mean((1, 2, 3)).argsort()[:KEPT]
        template = aligned[best].mean(0, keepdim=True)
    aligned, shifts = without_markers(aligned[best]), shifts[best]
    low = torch.cat([blur(part, BANDS[-1]) for part in aligned.split(60)])
    bands = zip(*(bands_of(part) for part in aligned.split(60)), strict=True)
    energies = [1.48 * torch.cat(band).abs().median(0).values for band in bands]
    return Radiographs(
        Components.fit(low.flatten(1), APPEARANCES),
        Components.fit((aligned - low).flatten(1), APPEARANCES),
        Components.fit(shifts.flatten(1), SHAPES),
        torch.stack([blur(energy[None], 5)[0] for energy in energies]),
    )


def without_markers(aligned: Tensor) -> Tensor:
    """Held within 2.5 robust deviations of the median, place by place: letters, electrodes and tubes,
    which lie elsewhere in each image, go."""
    middle = aligned.median(0).values
    reach = blur(2.5 * 1.48 * (aligned - middle).abs().median(0).values[None], 3)[0]
    return torch.minimum(torch.maximum(aligned, middle - reach), middle + reach)


def detailed(fine: Tensor, energies: Tensor, generator: torch.Generator) -> Tensor:
    """fine (1, 1, h, w) with what each band lacks of its energy: first its own detail raised, up to
    RAISE times, then noise of the band."""
    noise = torch.randn(fine.shape, generator=generator)
    result = fine.clone()
    rows = zip(bands_of(fine), bands_of(noise), energies[:, None], TEXTURE, strict=True)
    for band, grain, energy, share in rows:
        gain = (energy / (blur(band**2, 8).sqrt() + 1e-3)).clamp(1, RAISE)
        missing = (energy**2 - blur((gain * band) ** 2, 8)).clamp_min(0).sqrt()
        result += (gain - 1) * band + share * missing * grain / grain.std()
    return result


def held_border() -> Tensor:
    """1 inside, falling to 0 over the outer 15%, so that nothing from beyond the image is drawn in."""
    place = (torch.arange(SIZE) + 0.5) / SIZE
    side = (torch.minimum(place, 1 - place) / 0.15).clamp(max=1)
    side = side * side * (3 - 2 * side)
    return side[:, None] * side


def draw_radiograph(model: Radiographs, seed: int) -> Tensor:
    """(2 SIZE, 2 SIZE) in [0, 1]."""
    generator = torch.Generator().manual_seed(seed)
    square = (1, 1, SIZE, SIZE)
    coarse = model.coarse.draw(0.9, generator).reshape(square)
    fine = detailed(model.fine.draw(0.5, generator).reshape(square), model.energies, generator)
    shift = resized(model.shape.draw(0.7, generator).reshape(1, 2, 96, 96), SIZE) * held_border()
    pixels = warped(coarse + fine, inverse(shift))
    large = F.interpolate(pixels, (2 * SIZE, 2 * SIZE), mode="bicubic", align_corners=False)
    film = blur(torch.randn(large.shape, generator=generator), 0.8)
    return ((large + 0.01 * film)[0, 0] * 0.9 + 0.02).clamp(0, 1)


def marked(pixels: Tensor) -> Image.Image:
    """An 8-bit picture with the word SYNTHETIC in its upper left corner."""
    picture = Image.fromarray((pixels * 255).round().byte().numpy())
    font = ImageFont.load_default(size=26)
    ImageDraw.Draw(picture).text((12, 8), "SYNTHETIC", 255, font, stroke_width=2, stroke_fill=0)
    return picture


# --- Sound ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Murmur:
    """Means over clips: amplitude (129,) of the murmur at 0 to 2 kHz, `floor` the level between the beats
    relative to it."""

    amplitude: NDArray[np.float64]
    floor: float


def fit_murmur(data: Path) -> Murmur:
    """From the loud quarter and the quiet tenth of the windows of each training clip."""
    spectra, floors = [], []
    for row in train_rows(data, "heart_sound", "aortic_stenosis"):
        wave, rate = soundfile.read(data / "heart_sound" / row["path"])
        wave = soxr.resample(wave, rate, SOUND_RATE)
        frames = np.lib.stride_tricks.sliding_window_view(wave - wave.mean(), 256)[::64] * np.hanning(256)
        power = np.abs(np.fft.rfft(frames)) ** 2
        order = power.sum(1).argsort()
        loud = power[order[-len(order) // 4 :]].mean(0)
        spectra.append(loud / loud.sum())
        floors.append(power[order[: len(order) // 10]].sum(1).mean() / loud.sum())
    return Murmur(np.sqrt(np.mean(spectra, 0)), float(np.sqrt(np.median(floors))))


def coloured(noise: NDArray[np.float64], amplitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """White noise given the spectrum `amplitude`, at unit deviation."""
    spectrum = np.fft.rfft(noise)
    gains = np.interp(np.linspace(0, 1, len(spectrum)), np.linspace(0, 1, len(amplitude)), amplitude)
    shaped = np.fft.irfft(spectrum * gains, len(noise))
    return shaped / shaped.std()


def valve_click(time: NDArray[np.float64], hertz: float, decay: float) -> NDArray[np.float64]:
    """A damped oscillation that starts at 0 with a rise of 8 ms."""
    after = np.maximum(time, 0)
    rise = 1 - np.exp(-after / 0.008)
    return np.where(time > 0, rise * np.exp(-after / decay) * np.sin(2 * np.pi * hertz * after), 0)


def draw_sound(murmur: Murmur, rate: float, seed: int) -> NDArray[np.float64]:
    """SECONDS of heart beats at `rate` a minute: first sound, murmur that rises and falls, soft second
    sound, near silence."""
    random = np.random.default_rng(seed)
    time = np.arange(int(SECONDS * SOUND_RATE)) / SOUND_RATE
    noise = coloured(random.standard_normal(len(time)), murmur.amplitude)
    wave = murmur.floor * noise
    start = -random.uniform(0.3, 0.9) * 60 / rate
    while start < SECONDS:
        period = 60 / rate * random.uniform(0.98, 1.02)
        systole = SYSTOLE * np.sqrt(period / 0.87)  # Bazett: it shortens with the root of the period
        wave += beat(time - start, systole, noise, random)
        start += period
    return 0.7 * wave / np.abs(wave).max()


def beat(
    time: NDArray[np.float64], systole: float, noise: NDArray[np.float64], random: np.random.Generator
) -> NDArray[np.float64]:
    """One heart beat whose first sound is at time 0 and whose second sound is at `systole`."""
    loudness = random.uniform(0.9, 1.1)
    diamond = np.interp(time / systole, (0.08, 0.5, 0.95), (0, 1, 0), left=0, right=0) ** 1.3
    after = np.maximum(time - systole, 0)
    trail = 0.15 * (1 - np.exp(-after / 0.02)) * np.exp(-after / 0.07)
    first = 1.3 * valve_click(time, 62, 0.03) + 0.6 * valve_click(time, 95, 0.025)
    second = 0.5 * valve_click(time - systole, 70, 0.03) + 0.2 * valve_click(time - systole, 130, 0.02)
    return loudness * (diamond * noise + trail * noise + first + second)


# --- Check ----------------------------------------------------------------------------------------------

Reader = Callable[[Modality, Path], tuple[Finding, ...]]


def pack_reader(pack: Path) -> Reader:
    """What the pack finds in one file."""
    engine = LocalEngine(pack)

    def read(modality: Modality, path: Path) -> tuple[Finding, ...]:
        events = engine.analyze(Case({modality: (Input.from_path(path),)}), StopToken())
        return next((event.findings for event in events if isinstance(event, FindingsScored)), ())

    return read


def first_present(
    read: Reader, modality: Modality, path: Path, wanted: str, candidates: Iterator[Callable[[Path], None]]
) -> int:
    """Writes candidates to `path` until `wanted` is present in one; its number, from 0.

    Exits where none is."""
    for number, write in enumerate(candidates):
        write(path)
        findings = read(modality, path)
        if any(finding.name == wanted and finding.status is Status.PRESENT for finding in findings):
            print(f"{path.name}: candidate {number}")
            for finding in findings:
                print(f"  {finding.name} {finding.probability:.3f} {finding.status}")
            return number
    raise SystemExit(f"no candidate for {path.name} is read as {wanted}")


def radiograph_candidates(model: Radiographs, seed: int) -> Iterator[Callable[[Path], None]]:
    for number in range(DRAWS * len(RATES)):
        yield marked(draw_radiograph(model, seed + number)).save


def sound_candidates(murmur: Murmur, seed: int) -> Iterator[Callable[[Path], None]]:
    for rate in RATES:
        for number in range(DRAWS):
            wave = draw_sound(murmur, rate, seed + number)
            yield lambda path, wave=wave: soundfile.write(path, wave, SOUND_RATE, subtype="PCM_16")


def nearest_distances(data: Path, path: Path) -> None:
    """Prints how far the radiograph is from the nearest training image, of any label, beside how far
    training images are from their nearest of another patient: root mean square, at 96 pixels."""
    rows = train_rows(data, "chest_xray", None)
    images = load_images([data / "chest_xray" / row["path"] for row in rows], 96)
    sample = load_images([path], 96)
    groups = np.array([row["group"] for row in rows])
    same = torch.from_numpy(groups[:, None] == groups)
    for name, view in (("grey values", lambda x: x), ("local contrast", lambda x: local_contrast(x, 8))):
        flat = view(images).flatten(1)
        real = torch.cdist(flat, flat).masked_fill(same, torch.inf).min(1).values / 96
        distances = torch.cdist(view(sample).flatten(1), flat)[0] / 96
        low, middle, high = torch.quantile(real, torch.tensor([0.05, 0.5, 0.95])).tolist()
        nearest = int(distances.argmin())
        least = float(distances[nearest])
        print(f"{name}: {least:.3f} to {rows[nearest]['path']}; between training images 5% {low:.3f},")
        share = float((real > least).float().mean())
        print(f"  median {middle:.3f}, 95% {high:.3f}; {share:.0%} of them lie farther from theirs")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of chest_xray and heart_sound")
    parser.add_argument("--out", type=Path, required=True, help="folder of the sample")
    parser.add_argument("--pack", type=Path, required=True, help="pack that reads the candidates")
    parser.add_argument("--seed", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)  # sums, and with them the sample, else depend on the number of cores
    make(options.data, options.out, pack_reader(options.pack), options.seed)


def make(data: Path, out: Path, read: Reader, seed: int) -> None:
    """Writes the three files, the folder's README beside it, and prints what was measured."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "record.txt").write_text(RECORD, encoding="utf-8")
    (out.parent / "README.md").write_text(ABOUT, encoding="utf-8")
    sounds = sound_candidates(fit_murmur(data), seed)
    number = first_present(read, Modality.AUDIO, out / "heart_sound.wav", "murmur_aortic_stenosis", sounds)
    print(f"  {RATES[number // DRAWS]} beats a minute")
    rows = train_rows(data, "chest_xray", "bacterial_pneumonia")
    model = fit_radiographs(load_images([data / "chest_xray" / row["path"] for row in rows], SIZE))
    pictures = radiograph_candidates(model, seed)
    path = out / "radiograph.png"
    first_present(read, Modality.IMAGE, path, "bacterial_pneumonia", pictures)
    nearest_distances(data, path)


if __name__ == "__main__":
    main()
