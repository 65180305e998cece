"""Judging methods on pairs of images."""

import csv
import math

import numpy as np
import pytest

from debcr_core.errors import DebcrWarning, ImageError, UsageError
from debcr_core.evaluation import evaluate
from debcr_core.files.reading import read_image
from debcr_core.flow.restoration import restore
from debcr_core.image import make_image
from debcr_plugins.judging.judging import judge
from debcr_plugins.judging.report import folder as report_folder
from debcr_plugins.pairs.image_pair import ImagePair

PSNR = "PSNR (dB)"


def rows(judgement):
    with (judgement.folder / "figures.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def value(table, image, method, figure):
    [found] = [
        float(row["value"])
        for row in table
        if (row["image"], row["method"], row["figure"]) == (image, method, figure)
    ]
    return found


def random_pair(shape, dims, name="pair", dtype=np.float32):
    rng = np.random.default_rng(0)
    target = rng.uniform(0, 1000, shape)
    noisy = target + rng.normal(0, 50, shape)
    return ImagePair(
        name, make_image(noisy.astype(dtype), dims), make_image(target.astype(dtype), dims)
    )


@pytest.fixture
def quick(plugins, tmp_path, identity, model_of, monkeypatch):
    """Return a function that judges pairs by a model that changes nothing, without baselines.

    Without plots, too, which take most of the time and are looked at elsewhere.
    """
    for plot in ("box_plots", "frc_band"):
        monkeypatch.setattr(report_folder, plot, lambda *_: False)

    def run(pairs, **options):
        options = {"baselines": (), **options}
        return judge({"same": model_of(identity())}, pairs, tmp_path / "out", plugins, **options)

    return run


def test_each_figure_is_that_of_debcr_evaluate(report, pairs, blurring, plugins):
    metrics = [plugins.create("metric", name) for name in ("psnr", "ssim", "nrmse", "rmse", "frc")]
    table = rows(report)
    for pair in pairs:
        restored = restore(pair.input, blurring, plugins=plugins)
        for method, image in {"input": pair.input, "mean_of_9": restored}.items():
            for figure in evaluate(image, pair.target, metrics):
                if math.isfinite(figure.value):
                    assert value(table, pair.name, method, figure.name) == figure.value


def test_the_statistics_are_those_of_the_single_figures(report):
    values = [
        float(r["value"]) for r in rows(report) if (r["method"], r["figure"]) == ("input", "PSNR")
    ]
    summary = report.summary("input", PSNR)
    assert summary.count == len(values) == 3
    assert summary.mean == pytest.approx(np.mean(values))
    assert summary.std == pytest.approx(np.std(values, ddof=1))


def test_the_figures_for_a_card_are_means_by_telling_names(report):
    figures = report.card_figures()
    restored = figures["PSNR (dB), test set, restored"]
    assert restored == pytest.approx(report.summary("mean_of_9", PSNR).mean, abs=0.01)
    assert restored > figures["PSNR (dB), test set, input"]
    best = f"PSNR (dB), test set, best classical ({report.best_classical})"
    assert figures[best] == pytest.approx(
        max(report.summary(name, PSNR).mean for name in report.classical), abs=0.01
    )


def test_a_single_image_has_no_standard_deviation(quick, pairs):
    assert quick(pairs[:1]).summary("input", PSNR).std is None


def test_judging_twice_gives_the_same_bytes(quick, pairs):
    options = {"baselines": ("wavelet", "total-variation"), "match": "affine"}
    first = quick(pairs[:1], **options)
    names = ("figures.csv", "summary.json", "report.md")
    before = [(first.folder / name).read_bytes() for name in names]
    again = quick(pairs[:1], overwrite=True, **options)
    assert [(again.folder / name).read_bytes() for name in names] == before


def test_an_affine_match_is_fitted_to_every_method_alike_and_written_down(quick, pairs):
    other = [
        ImagePair(pair.name, (pair.input / 4 + 90).assign_attrs(pair.input.attrs), pair.target)
        for pair in pairs[:2]
    ]
    plain = quick(pairs[:2], match="affine", baselines=("wavelet",))
    on_other_scale = quick(other, match="affine", baselines=("wavelet",), overwrite=True)
    for method in plain.methods:
        for own, changed in zip(plain.cases, on_other_scale.cases, strict=True):
            assert changed.value(method, PSNR) == pytest.approx(own.value(method, PSNR), abs=0.01)
            fits = [case.methods[method].affine_match for case in (own, changed)]
            assert fits[1]["scale"] == pytest.approx(4 * fits[0]["scale"], rel=0.01)
    assert all(float(row["match_scale"]) for row in rows(on_other_scale))


def test_without_a_match_scales_count(quick, pairs):
    brighter = [ImagePair(pair.name, pair.input + 100, pair.target) for pair in pairs[:1]]
    assert quick(brighter).summary("input", "RMSE").mean > 99
    assert {row["match_scale"] for row in rows(quick(pairs[:1], overwrite=True))} == {""}


def test_baselines_are_tuned_on_the_validation_set_where_there_is_one(report, quick, pairs):
    assert report.tuned_apart
    assert "other images than those judged" in (report.folder / "report.md").read_text("utf-8")
    alone = quick(pairs, baselines=("total-variation",))
    assert not alone.tuned_apart
    text = (alone.folder / "report.md").read_text("utf-8")
    assert "the very images that are judged, which gives them an advantage" in text


def test_each_plane_of_a_stack_is_a_case_of_its_own(quick):
    pair = random_pair((2, 1, 3, 20, 24), "tczyx", "movie")
    judgement = quick([pair])
    names = [f"movie t={t} z={z}" for t in range(2) for z in range(3)]
    assert [case.name for case in judgement.cases] == names
    plane = {"t": 1, "c": 0, "z": 2}
    error = np.sqrt(np.mean((pair.input - pair.target).isel(plane).values.astype(float) ** 2))
    assert judgement.cases[-1].value("same", "RMSE") == pytest.approx(error, rel=1e-4)


def test_planes_are_named_by_their_channel(quick):
    pair = random_pair((2, 20, 20), "cyx")
    named = [image.assign_coords(c=["DAPI", "GFP"]) for image in (pair.input, pair.target)]
    judgement = quick([ImagePair("cell", *named)])
    assert [case.name for case in judgement.cases] == ["cell c=DAPI", "cell c=GFP"]


def test_networks_that_see_volumes_get_volumes(plugins, tmp_path, identity, model_of):
    pair = random_pair((3, 20, 20), "zyx")
    judgement = judge(
        {"volumes": model_of(identity(dims="zyx"))}, [pair], tmp_path / "out", plugins, baselines=()
    )
    assert len(judgement.cases) == 3


def test_targets_of_entropy_below_five_bit_are_sparse(quick):
    rng = np.random.default_rng(0)
    dense = rng.uniform(0, 255, (64, 64))
    sparse = np.where(rng.random((64, 64)) < 0.05, dense, 0.0)
    pairs = [
        ImagePair(
            name,
            make_image(pixels + rng.normal(0, 9, pixels.shape), "yx"),
            make_image(pixels, "yx"),
        )
        for name, pixels in (("full", dense), ("dots", sparse))
    ]
    judgement = quick(pairs)
    assert [case.group for case in judgement.cases] == ["dense", "sparse"]
    only = judgement.summary("input", PSNR, "sparse")
    assert (only.mean, only.count) == (judgement.cases[1].value("input", PSNR), 1)


@pytest.mark.parametrize("dtype", [np.uint16, np.int32, np.float64])
def test_every_kind_of_pixel_is_judged(quick, dtype):
    pair = random_pair((20, 20), "yx", dtype=np.float32)
    shift = 0 if dtype == np.uint16 else -500
    images = [(np.abs(image) + shift).astype(dtype) for image in (pair.input, pair.target)]
    judgement = quick([ImagePair("pair", *images)], baselines=("richardson-lucy", "wavelet"))
    assert judgement.summary("richardson-lucy", PSNR).count == 1


@pytest.mark.parametrize(
    ("target", "undefined"),
    [
        (np.full((20, 20), 5.0), {"psnr", "ssim", "nrmse", "frc"}),
        (np.arange(20.0).reshape(4, 5), {"ssim"}),
    ],
    ids=["a constant target", "a tiny image"],
)
def test_metrics_that_cannot_be_measured_are_said_and_left_out(quick, target, undefined):
    noise = np.random.default_rng(0).normal(0, 1, target.shape)
    pair = ImagePair("odd", make_image(target + noise, "yx"), make_image(target, "yx"))
    with pytest.warns(DebcrWarning) as said:
        judgement = quick([pair], baselines=("total-variation",))
    assert undefined == {name for name, _ in judgement.unmeasured()}
    assert judgement.summary("input", "RMSE").count == 1
    text = (judgement.folder / "report.md").read_text("utf-8")
    for name in undefined:
        assert f"**{name}**" in text
        assert any(
            f'"{name}" was not measured on odd (input) and 2 more:' in str(w.message) for w in said
        )


def test_a_perfect_result_has_no_finite_psnr_and_breaks_nothing(quick, pairs):
    perfect = ImagePair("perfect", pairs[0].target, pairs[0].target)
    judgement = quick([perfect, *pairs])
    assert judgement.summary("input", PSNR).count == 3
    assert (PSNR, "the image equals its target.") in judgement.unbounded()
    assert "(n = 3)" in (judgement.folder / "report.md").read_text("utf-8")


def test_a_constant_input_cannot_be_matched_and_is_said(quick, pairs):
    flat = ImagePair("flat", pairs[0].input * 0, pairs[0].target)
    with pytest.warns(DebcrWarning, match="The image is constant"):
        judgement = quick([flat, pairs[1]], match="affine", baselines=("total-variation",))
    assert judgement.summary("input", PSNR).count == 1


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("side", ["input", "target"])
def test_a_pair_with_pixels_that_are_no_numbers_is_left_out_and_said(quick, pairs, bad, side):
    images = {"input": pairs[0].input.copy(deep=True), "target": pairs[0].target.copy(deep=True)}
    images[side][3, 4] = bad
    with pytest.warns(DebcrWarning, match=f"Left out: broken: The {side} holds NaN or infinite"):
        judgement = quick([ImagePair("broken", **images), pairs[1]], baselines=("wavelet",))
    assert [case.name for case in judgement.cases] == ["cell_2"]
    assert "## Left out" in (judgement.folder / "report.md").read_text("utf-8")


def test_where_nothing_can_be_judged_an_error_says_why_and_nothing_is_left(quick, pairs, tmp_path):
    broken = ImagePair("broken", pairs[0].input * np.nan, pairs[0].target)
    with pytest.raises(ImageError, match="No pair could be judged. broken: The input holds NaN"):
        quick([broken])
    assert not list(tmp_path.iterdir())


def test_pairs_of_different_shape_are_refused_before_any_work(quick, pairs):
    odd = ImagePair("odd", pairs[0].input, pairs[0].target[:, :40])
    with pytest.raises(UsageError, match=r"odd: the input has the shape \(48, 48\) along yx"):
        quick([pairs[1], odd])


def test_a_model_that_does_not_fit_is_named_with_the_image(
    plugins, tmp_path, identity, model_of, pairs
):
    models = {"volumes": model_of(identity(dims="zyx"))}
    with pytest.raises(UsageError, match=r"volumes on cell_1: .* lacks z"):
        judge(models, pairs, tmp_path / "out", plugins, baselines=())


@pytest.mark.parametrize(
    ("names", "baselines", "sentence"),
    [
        ((), (), "There is nothing to judge"),
        (("same",), ("wavelet", "no-such"), 'There is no baseline "no-such"'),
        (("wavelet",), ("wavelet",), 'Two methods are called "wavelet"'),
        (("input",), (), 'Two methods are called "input"'),
    ],
)
def test_requests_that_make_no_sense_are_refused(
    names, baselines, sentence, plugins, tmp_path, identity, model_of, pairs
):
    models = {name: model_of(identity()) for name in names}
    with pytest.raises(UsageError, match=sentence):
        judge(models, pairs, tmp_path / "out", plugins, baselines=baselines)


def test_without_pairs_there_is_nothing_to_judge_on(quick):
    with pytest.raises(UsageError, match="no pairs of images"):
        quick([])


def test_baselines_alone_can_be_judged(plugins, tmp_path, pairs):
    judgement = judge({}, pairs[:1], tmp_path / "out", plugins, baselines=("total-variation",))
    assert judgement.leader == "total-variation"
    assert (judgement.folder / "best.png").exists()


def test_real_pairs_give_the_figures_that_were_measured_before(shared, plugins, tmp_path):
    """Matched PSNR of axon_1, normalised: 20.39 dB for the input, 21.15 for Richardson–Lucy."""

    def normalised(end):
        plane = read_image(shared / "images" / f"axon_1_{end}.tif", plugins).values.squeeze()
        low, high = np.percentile(plane, [0.1, 99.9])
        return make_image(np.clip((plane - low) / (high - low), 0, 1), "yx")

    pair = ImagePair("axon_1", normalised("confocal"), normalised("sted"))
    names = ("richardson-lucy",)
    judgement = judge({}, [pair], tmp_path / "out", plugins, baselines=names, match="affine")
    assert judgement.summary("input", PSNR).mean == pytest.approx(20.39, abs=0.01)
    assert judgement.summary("richardson-lucy", PSNR).mean > 21.15
