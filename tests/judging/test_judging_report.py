"""The folder that judging leaves: texts, tables, pictures."""

import base64
import dataclasses
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from debcr_core.errors import UsageError
from debcr_core.evaluation import Values
from debcr_plugins.judging.judging import judge
from debcr_plugins.judging.report.examples import busiest_part, chosen_examples
from debcr_plugins.judging.report.folder import check_replaceable
from debcr_plugins.judging.report.frc_band import averaged
from debcr_plugins.judging.report.text import escaped
from debcr_plugins.metrics.fourier_rings import FrcCurve


class Page(HTMLParser):
    """Collects the elements and the text of a page."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.words = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)


@pytest.fixture(scope="module")
def page(report):
    return Page((report.folder / "report.html").read_text("utf-8"))


def test_the_folder_holds_the_report_the_tables_and_the_pictures(report):
    assert sorted(path.name for path in report.folder.iterdir()) == [
        "best.png",
        "box_plots.png",
        "figures.csv",
        "frc.png",
        "median.png",
        "report.html",
        "report.md",
        "summary.json",
        "worst.png",
    ]


def test_the_page_needs_no_other_file_and_shows_every_picture(report, page):
    references = [
        value
        for _, attrs in page.elements
        for key, value in attrs.items()
        if key in ("src", "href")
    ]
    assert all(reference.startswith("data:image/png;base64,") for reference in references)
    embedded = [base64.b64decode(reference.split(",")[1]) for reference in references]
    files = [path.read_bytes() for path in report.folder.glob("*.png")]
    assert sorted(embedded) == sorted(files)


def test_text_of_a_card_is_shown_and_not_obeyed(page):
    assert not [tag for tag, _ in page.elements if tag in ("b", "script")]
    assert "Averages | <b>nine</b> pixels. Trained on: Nothing." in "".join(page.words)


def test_the_tables_have_a_row_for_each_method(report, page):
    words = [word.strip() for word in page.words]
    for method in report.methods:
        assert method in words
    columns = sum(tag == "th" for tag, _ in page.elements)
    cells = sum(tag == "td" for tag, _ in page.elements)
    text = (report.folder / "report.md").read_text("utf-8")
    assert columns == sum(line.count(" | ") + 1 for line in re.findall(r"\| method .*", text))
    assert cells > columns


def test_large_and_small_figures_are_rounded_to_digits_without_exponents(report):
    text = (report.folder / "report.md").read_text("utf-8")
    assert not re.search(r"\de[+-]\d", text)
    mean, std = report.summary("input", "RMSE").mean, report.summary("input", "RMSE").std
    assert f"| {mean:.4g} ± {std:.2g} |" in text


def test_the_summary_agrees_with_the_judgement(report):
    summary = json.loads((report.folder / "summary.json").read_text("utf-8"))
    psnr = summary["figures"]["all"]["mean_of_9"]["PSNR (dB)"]
    assert psnr["mean"] == report.summary("mean_of_9", "PSNR (dB)").mean
    assert psnr["count"] == 3
    assert summary["tuned"]["total-variation"]["parameters"]["strength"] > 0


def test_examples_are_the_worst_the_median_and_the_best_gain(report):
    gains = report.gains("mean_of_9", "input")
    chosen = chosen_examples(report)
    ranked = sorted(gains, key=lambda number: gains[number])
    assert {label: number for label, (number, _) in chosen.items()} == {
        "worst": ranked[0],
        "median": ranked[1],
        "best": ranked[2],
    }


def test_of_two_images_one_is_the_worst_and_of_one_it_is_the_best(report):
    two = dataclasses.replace(report, cases=report.cases[:2])
    assert list(chosen_examples(two)) == ["worst", "best"]
    assert list(chosen_examples(dataclasses.replace(report, cases=report.cases[:1]))) == ["best"]


def test_an_example_shows_input_baseline_model_and_target_beside_each_other(report):
    picture = Image.open(report.folder / "best.png")
    assert 3.2 < picture.width / picture.height < 4.2


def test_the_box_plot_shows_the_model_in_its_colour(report):
    picture = np.asarray(Image.open(report.folder / "box_plots.png").convert("RGB"), int)
    blue = np.array((0x00, 0x72, 0xB2)) * 0.6 + 255 * 0.4
    assert (np.abs(picture - blue).sum(axis=-1) < 12).sum() > 500


def test_curves_of_images_of_different_size_are_averaged_at_common_frequencies():
    def line(count: int, height: float) -> FrcCurve:
        frequency = np.arange(1, count) / (2 * count)
        return FrcCurve(frequency, height * frequency, np.ones(count - 1, int))

    frequency, mean, std = averaged([line(40, 1.0), line(100, 3.0)])
    assert frequency[0] == pytest.approx(1 / 80)
    np.testing.assert_allclose(mean, 2 * frequency)
    np.testing.assert_allclose(std, np.sqrt(2) * frequency)


def test_the_enlarged_part_is_where_detail_is_not_where_one_object_is_bright():
    plane: Values = np.zeros((80, 80))
    plane[2:5, 2:5] = 1000
    plane[40:60, 20:40] = np.random.default_rng(0).uniform(0, 50, (20, 20))
    assert busiest_part(plane) == (slice(40, 60), slice(20, 40))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("cell_1_low", "cell_1_low"),
        ("_a_ *b*", r"\_a\_ \*b\*"),
        ("a|b", r"a\|b"),
        ("![x](y)", r"!\[x\](y)"),
        ("two\nlines", "two lines"),
    ],
)
def test_names_are_shown_as_they_are(text, shown):
    assert escaped(text) == shown


def test_an_earlier_report_is_replaced_only_where_it_is_allowed(report):
    with pytest.raises(UsageError, match="--overwrite"):
        check_replaceable(report.folder, overwrite=False)
    check_replaceable(report.folder, overwrite=True)


def test_a_folder_that_is_no_report_is_never_replaced(plugins, pairs, tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(UsageError, match="holds other files than an earlier report"):
        judge({}, pairs, tmp_path, plugins, baselines=("wavelet",), overwrite=True)
    assert (tmp_path / "thesis.tex").read_text() == "years of work"
