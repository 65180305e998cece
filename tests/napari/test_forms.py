"""Any component has a form, from its own description."""

from __future__ import annotations

import enum
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest

pytest.importorskip("napari")

from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError, model_validator
from qtpy.QtCore import QPoint, QPointF, Qt
from qtpy.QtGui import QWheelEvent
from qtpy.QtWidgets import QApplication, QCheckBox, QComboBox, QLineEdit, QScrollArea, QWidget

from debcr_core.component import Component
from debcr_core.errors import UsageError
from debcr_core.plugins import Plugins
from napari_adapter.forms.component_chooser import ComponentChooser
from napari_adapter.forms.component_form import ComponentForm
from napari_adapter.forms.fields import Section
from napari_adapter.forms.number_editor import NumberEditor

PLUGINS = Plugins.discover()
ALL = [offer.component for offer in PLUGINS.offers()]


def component(kind: str, name: str, **parameters: Any) -> Component:
    return PLUGINS.create(kind, name, **parameters)


class Colour(enum.Enum):
    RED = "red"
    GREEN = "green"


class Window(BaseModel):
    """Something nested."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int = Field(3, ge=1, le=9, description="Side.")
    shape: Literal["flat", "round"] = "flat"
    inner: Window | None = None


class Names(RootModel[list[str]]):
    """A model without keys."""


class Unknown:
    """A type that nobody heard of."""


class Odd(Component):
    """A stranger's component, with whatever fields there are."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    name: ClassVar[str] = "odd"

    strength: float = Field(
        description="How much.", ge=0, lt=10, json_schema_extra={"unit": "photons"}
    )
    count: int = 10**30
    share: float = 1
    colour: Colour = Colour.RED
    mode: Literal[1, 2, "auto"] | None = "auto"
    flag: bool | None = None
    text: str = "said"
    limit: int | None = 5
    per_axis: int | tuple[int, ...] | None = Field(None, json_schema_extra={"advanced": True})
    sigma: tuple[float, float] = (0.5, 1.5)
    path: Path = Path("here")
    table: dict[str, list[int]] = Field(default_factory=dict)
    window: Window = Window(size=4)
    other: Window | None = None
    names: Names = Names(["a"])
    stranger: Unknown | None = None
    aliased: int = Field(1, alias="its-alias")

    @model_validator(mode="after")
    def _consistent(self) -> Odd:
        if self.count == 13:
            raise ValueError("thirteen brings bad luck")
        return self


@pytest.fixture
def form(qtbot) -> Callable[..., ComponentForm]:
    def make(component_class: type[Component], **options: Any) -> ComponentForm:
        made = ComponentForm(component_class, **options)
        qtbot.addWidget(made)
        return made

    return make


def enter(qtbot, editor: QWidget, text: str) -> None:
    """Type text in the place of what is there."""
    line = editor.lineEdit() if isinstance(editor, NumberEditor) else editor
    line.selectAll()
    qtbot.keyClick(line, Qt.Key.Key_Delete)
    qtbot.keyClicks(line, text)


def fault(form: ComponentForm, name: str) -> str:
    """Return what is said beside a field."""
    label = form.fields._faults[name]
    return label.text() if label.isVisibleTo(form) else ""


@pytest.mark.parametrize("component_class", ALL, ids=lambda each: each.name)
def test_every_component_has_a_form_that_begins_with_its_defaults(component_class, form) -> None:
    assert form(component_class).value() == component_class()


def values(  # noqa: PLR0911
    schema: dict[str, Any], definitions: dict[str, Any]
) -> st.SearchStrategy[Any]:
    """Return a strategy for what a JSON schema allows."""
    if "$ref" in schema:
        return values(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in schema:
        return st.one_of([values(option, definitions) for option in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema.get("type"):
        case "integer":
            # YAML of ours knows whole numbers of 64 bits.
            return st.integers(schema.get("minimum", -(2**63)), schema.get("maximum", 2**63 - 1))
        case "number":
            low, high = schema.get("minimum"), schema.get("maximum")
            above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
            return st.floats(
                low if low is not None else above,
                high if high is not None else below,
                exclude_min=above is not None,
                exclude_max=below is not None,
                allow_nan=False,
                allow_infinity=False,
            )
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
        case "string" if "pattern" in schema:
            return st.from_regex(schema["pattern"], fullmatch=True)
        case "string":
            return st.text("abcµ \"'#:[]{},-0.", max_size=8)
        case "array":
            sizes = {
                "min_size": schema.get("minItems", 0),
                "max_size": min(schema.get("maxItems", 3), 3),
            }
            return st.lists(values(schema["items"], definitions), **sizes)
        case "object" if "properties" in schema:
            parts = {key: values(each, definitions) for key, each in schema["properties"].items()}
            return st.fixed_dictionaries({}, optional=parts)
    leaves = st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9)
    return st.dictionaries(
        st.text("abcµ :'\"", max_size=4), leaves | st.text("abc-#0 ", max_size=4)
    )


def components(component_class: type[Component]) -> st.SearchStrategy[Component]:
    schema = component_class.model_json_schema()
    parts = {
        key: values(each, schema.get("$defs", {})) for key, each in schema["properties"].items()
    }

    def build(parameters: dict[str, Any]) -> Component:
        try:
            return component_class(**parameters)
        except ValidationError:
            reject()

    return st.fixed_dictionaries({}, optional=parts).map(build)


def retype(shown: QWidget, empty: QWidget) -> None:
    """Enter into an empty editor by hand what another one shows."""
    match shown:
        case QComboBox():
            empty.setCurrentIndex(shown.currentIndex())
        case QCheckBox():
            empty.setChecked(shown.isChecked())
        case NumberEditor():
            empty.lineEdit().setText(shown.lineEdit().text())
        case QLineEdit():
            empty.setText(shown.text())


@pytest.mark.parametrize(
    "component_class", [each for each in ALL if each.model_fields], ids=lambda each: each.name
)
def test_a_form_gives_back_what_it_was_given_and_what_it_shows_can_be_typed(
    component_class, form
) -> None:
    shown, typed = form(component_class), form(component_class)

    @settings(
        max_examples=30,
        deadline=None,
        suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
    )
    @given(components(component_class))
    def check(value: Component) -> None:
        shown.set_value(value)
        assert shown.value() == value
        for name, editor in shown.fields.editors.items():
            retype(editor, typed.fields.editors[name])
        assert typed.value() == value

    check()


def test_a_strangers_component_has_a_form_without_a_line_of_ours(form, qtbot) -> None:
    made = form(Odd)
    with pytest.raises(UsageError, match=r'component "odd" needs the parameter "strength"'):
        made.value()
    enter(qtbot, made.fields.editors["strength"], "2.5")
    assert made.value() == Odd(strength=2.5)


@pytest.mark.each_napari
def test_all_types_of_a_strangers_component_can_be_entered(form, qtbot) -> None:
    made = form(Odd)
    editors = made.fields.editors
    for name, text in {
        "strength": "1e-3",
        "count": "-7",
        "text": '""',
        "limit": "null",
        "per_axis": "64, 32",
        "sigma": "1, 2.25",
        "path": "/some where",
        "table": "{a: [1, 2], no: []}",
        "names": "b, 'c d'",
        "aliased": "9",
    }.items():
        enter(qtbot, editors[name], text)
    for name, word in {"colour": "green", "mode": "none", "flag": "yes"}.items():
        editors[name].setCurrentText(word)
    enter(qtbot, editors["window"].fields.editors["size"], "7")
    editors["other"].setChecked(True)
    assert made.value() == Odd(
        strength=1e-3,
        count=-7,
        text="",
        limit=None,
        per_axis=(64, 32),
        sigma=(1, 2.25),
        path=Path("/some where"),
        table={"a": [1, 2], "no": []},
        colour=Colour.GREEN,
        mode=None,
        flag=True,
        window=Window(size=7),
        other=Window(),
        names=Names(["b", "c d"]),
        **{"its-alias": 9},
    )


ODD = [
    {},
    {"count": 2**70, "colour": Colour.GREEN, "mode": 2, "flag": False, "text": ""},
    {"limit": None, "per_axis": 3, "sigma": (1e-300, -0.0), "text": 'two\nlines "here"'},
    {"table": {"a: b": [1]}, "window": Window(shape="round"), "other": Window(inner=Window())},
    {"stranger": Unknown(), "its-alias": 4, "path": Path("a b")},
]


@pytest.mark.parametrize("parameters", ODD)
def test_a_strangers_component_comes_back_as_it_was_given(parameters, form) -> None:
    value = Odd(strength=1.0, **parameters)
    assert form(Odd, value=value).value() == value


def test_showing_another_value_leaves_nothing_of_the_one_before(form) -> None:
    made = form(Odd, value=Odd(strength=1, count=3, other=Window(), limit=None, mode=None))
    made.set_value(Odd(strength=2))
    assert made.value() == Odd(strength=2)


def test_what_is_nested_keeps_the_outer_defaults_where_one_part_is_changed(form, qtbot) -> None:
    made = form(Odd, value=Odd(strength=1))
    made.fields.editors["window"].fields.editors["shape"].setCurrentText("round")
    assert made.value() == Odd(strength=1, window=Window(size=4, shape="round"))


def test_the_label_names_the_unit_and_the_tooltip_tells_meaning_and_bounds(form) -> None:
    made = form(Odd)
    editor = made.fields.editors["strength"]
    assert editor.accessibleName() == "strength (photons)"
    assert "How much. (≥ 0, &lt; 10)" in editor.toolTip()


def test_every_editor_is_named_and_reached_by_the_keyboard(form) -> None:
    for made in map(form, [*ALL, Odd]):
        for editor in made.fields.editors.values():
            assert editor.accessibleName()
            focus = editor if not isinstance(editor, Section) else editor.fields.editors["size"]
            assert focus.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_an_empty_editor_shows_the_default_and_means_it(form, qtbot) -> None:
    made = form(type(component("normalizer", "percentile")))
    line = made.fields.editors["high"].lineEdit()
    assert (line.text(), line.placeholderText()) == ("", "99.9")
    enter(qtbot, made.fields.editors["high"], "98")
    assert made.value().high == 98
    line.clear()
    assert made.value().high == 99.9


def test_needed_text_is_asked_for_and_may_be_empty(form, qtbot) -> None:
    class Named(Component):
        name: ClassVar[str] = "named"
        title: str

    made = form(Named)
    editor = made.fields.editors["title"]
    assert editor.placeholderText() == "needed"
    with pytest.raises(UsageError):
        made.value()
    enter(qtbot, editor, '""')
    assert made.value() == Named(title="")


def test_advanced_fields_are_folded_and_unfold_where_one_of_them_is_wrong(form, qtbot) -> None:
    made = form(type(component("tiler", "halo-grid")))
    made.show()
    tile, halo = (made.fields.editors[name] for name in ("tile", "halo"))
    assert tile.isVisible()
    assert not halo.isVisible()
    qtbot.mouseClick(made.fields.advanced.button, Qt.MouseButton.LeftButton)
    assert halo.isVisible()
    made.fields.advanced.unfold(False)
    halo.setText("-1")
    assert halo.isVisible()


@pytest.mark.parametrize(
    ("kind", "name", "common"),
    [
        ("normalizer", "percentile", {"low", "high"}),
        ("normalizer", "mean-std", set()),
        ("tiler", "halo-grid", {"tile"}),
        ("tiler", "overlap-grid", {"tile", "overlap"}),
        ("writer", "ome-tiff", {"compression"}),
    ],
)
def test_what_most_people_need_is_not_folded(kind, name, common, form) -> None:
    made = form(PLUGINS.find(kind, name))
    made.show()
    assert {name for name, each in made.fields.editors.items() if each.isVisible()} == common


def test_a_fault_is_said_beside_its_field_in_the_sentence_of_the_command_line(form, qtbot) -> None:
    made = form(type(component("normalizer", "percentile")))
    enter(qtbot, made.fields.editors["low"], "-7")
    with pytest.raises(UsageError) as told:
        component("normalizer", "percentile", low=-7.0)
    assert fault(made, "low") == str(told.value)
    with pytest.raises(UsageError) as raised:
        made.value()
    assert str(raised.value) == str(told.value)
    enter(qtbot, made.fields.editors["low"], "7")
    assert fault(made, "low") == ""


@pytest.mark.parametrize("text", ["[", "64, x", "6.5", "- a: b", "&a [*a]", "!!python/none x"])
def test_text_that_cannot_be_read_is_said_beside_its_field(text, form, qtbot) -> None:
    made = form(type(component("tiler", "halo-grid")))
    enter(qtbot, made.fields.editors["tile"], text)
    with pytest.raises(UsageError):
        made.value()
    assert 'Parameter "tile"' in fault(made, "tile")


def test_what_is_no_number_is_told_and_not_replaced(form, qtbot) -> None:
    made = form(type(component("normalizer", "percentile")))
    enter(qtbot, made.fields.editors["low"], "1,5")
    assert "'1,5'" in fault(made, "low")


def test_a_fault_of_all_parameters_together_is_said_below_them(form, qtbot) -> None:
    made = form(Odd, value=Odd(strength=1))
    enter(qtbot, made.fields.editors["count"], "13")
    assert "thirteen brings bad luck" in made._fault.text()
    assert made._fault.isVisibleTo(made)


def test_a_fault_in_what_is_nested_is_said_beside_the_nested_field(form, qtbot) -> None:
    made = form(Odd, value=Odd(strength=1))
    window = made.fields.editors["window"]
    enter(qtbot, window.fields.editors["size"], "77")
    assert "less than or equal to 9" in window.fields._faults["size"].text()


@pytest.mark.each_napari
def test_the_arrows_go_in_small_steps_and_stay_within_the_bounds(form, qtbot) -> None:
    made = form(type(component("blender", "gaussian")))
    sigma = made.fields.editors["sigma"]
    qtbot.keyClick(sigma, Qt.Key.Key_Up)
    assert made.value().sigma == 0.135
    for _ in range(200):
        qtbot.keyClick(sigma, Qt.Key.Key_Down)
    assert made.value().sigma == 0.05
    made = form(Odd, value=Odd(strength=9.5))
    for _ in range(20):
        qtbot.keyClick(made.fields.editors["strength"], Qt.Key.Key_Up)
    assert made.value().strength == 9.9


def test_numbers_are_stepped_exactly(form, qtbot) -> None:
    made = form(Odd, value=Odd(strength=1))
    qtbot.keyClick(made.fields.editors["count"], Qt.Key.Key_Up)
    assert made.value().count == 10**30 + 1
    qtbot.keyClick(made.fields.editors["share"], Qt.Key.Key_Up)
    assert made.value().share == 1.1


def wheel(editor: QWidget) -> None:
    """Turn the mouse's wheel over an editor."""
    centre = QPointF(editor.rect().center())
    event = QWheelEvent(
        centre,
        editor.mapToGlobal(centre),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(editor, event)


@pytest.mark.each_napari
def test_the_wheel_changes_nothing_that_the_mouse_passes_over(form, qtbot) -> None:
    value = Odd(strength=1, mode=2)
    area = QScrollArea()
    qtbot.addWidget(area)
    made = ComponentForm(Odd, value=value)
    area.setWidget(made)
    area.show()
    made.setFocus()
    for name in ("strength", "mode", "colour"):
        wheel(made.fields.editors[name])
    assert made.value() == value


def test_a_value_is_shown_at_once_not_field_by_field(form, qtbot) -> None:
    made = form(type(component("normalizer", "percentile")))
    heard = []
    made.changed.connect(lambda: heard.append(made.value()))
    wanted = component("normalizer", "percentile", low=99.95, high=99.97)
    made.set_value(wanted)
    assert heard == [wanted]


@pytest.fixture
def chooser(qtbot) -> ComponentChooser:
    own = component("normalizer", "percentile", low=3)
    made = ComponentChooser("normalizer", PLUGINS.classes("normalizer"), own=own)
    qtbot.addWidget(made)
    return made


def test_the_models_own_comes_first_and_stands_for_no_choice(chooser) -> None:
    assert chooser.combo.itemText(0) == "the model's own (percentile)"
    assert chooser.combo.currentIndex() == 0
    assert chooser.chosen() is None


def test_each_component_can_be_chosen(chooser, qtbot) -> None:
    heard = []
    chooser.changed.connect(lambda: heard.append(chooser.chosen()))
    for place in range(1, chooser.combo.count()):
        chooser.combo.setCurrentIndex(place)
        assert heard[-1].name == chooser.combo.currentText()


def test_choosing_what_the_model_has_begins_with_the_models_parameters(chooser) -> None:
    chooser.combo.setCurrentText("percentile")
    assert chooser.chosen() == component("normalizer", "percentile", low=3)


def test_what_is_entered_in_the_folded_form_is_chosen(chooser, qtbot) -> None:
    chooser.combo.setCurrentText("fixed-range")
    with qtbot.waitSignal(chooser.changed):
        enter(qtbot, chooser.form.fields.editors["high"], "255")
    assert chooser.chosen() == component("normalizer", "fixed-range", high=255)
    enter(qtbot, chooser.form.fields.editors["high"], "-1")
    with pytest.raises(UsageError):
        chooser.chosen()


def test_a_component_is_shown_and_the_models_own_again(chooser) -> None:
    wanted = component("normalizer", "mean-std", per="slice")
    chooser.set_chosen(wanted)
    assert chooser.chosen() == wanted
    chooser.set_chosen(None)
    assert chooser.chosen() is None


def test_another_models_own_takes_the_place_of_the_former(chooser) -> None:
    chooser.set_own(component("normalizer", "none"))
    assert chooser.combo.itemText(0) == "the model's own (none)"


def test_two_plugins_components_of_one_name_are_told_apart(qtbot) -> None:
    mine = type("Mine", (type(component("normalizer", "none")),), {"__module__": "mine.deep"})
    made = ComponentChooser("normalizer", [*PLUGINS.classes("normalizer"), mine])
    qtbot.addWidget(made)
    names = [made.combo.itemText(place) for place in range(made.combo.count())]
    assert {"none (debcr_plugins)", "none (mine)"} <= set(names)
