"""Maps of squares of 2×2 pixels are convolved as maps of pixels are."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from debcr_plugins.mrbcr.squares import (
    chosen_squares,
    convolved_squares,
    outside_of_squares,
    pixels_of,
    squares_of,
)

EVEN = st.integers(1, 7).map(lambda half: 2 * half)
TIGHT = {"rtol": 1e-5, "atol": 1e-5}


def maps(count: int, y: int, x: int) -> Tensor:
    torch.manual_seed(y + x)
    return torch.randn(1, count, y, x)


@given(EVEN, EVEN)
@settings(deadline=None, max_examples=20)
def test_two_convolutions_with_a_relu_between_end_at_the_edges_of_the_image(y: int, x: int) -> None:
    image = maps(2, y, x)
    first, second = nn.Conv2d(2, 3, 3, padding=1), nn.Conv2d(3, 4, 3, padding=1)
    # Outside of the image it would be positive.
    nn.init.constant_(first.bias, 1.0)
    sums = squares_of(image, first.weight, first.bias) + outside_of_squares(image, 2, 3)
    found = pixels_of(convolved_squares(sums.relu(), second.weight, second.bias))
    torch.testing.assert_close(found, second(first(image).relu()), **TIGHT)


@given(EVEN, EVEN)
@settings(deadline=None, max_examples=20)
def test_squares_are_convolved_to_those_between(y: int, x: int) -> None:
    image = maps(2, y, x)
    first, second = nn.Conv2d(2, 3, 1), nn.Conv2d(3, 4, 3, padding=1)
    third = nn.Conv2d(4, 1, 3, padding=1)
    between = convolved_squares(
        squares_of(image, first.weight, first.bias), second.weight, second.bias, between=True
    )
    between = (between + outside_of_squares(image, 2, 4)).relu()
    found = pixels_of(convolved_squares(between, third.weight, third.bias))
    torch.testing.assert_close(found, third(second(first(image)).relu()), **TIGHT)


def test_maps_are_chosen_whole() -> None:
    image = maps(5, 4, 6)
    one = torch.eye(5)[:, :, None, None]
    found = chosen_squares(squares_of(image, one, None), 1, 3, 5)
    assert torch.equal(pixels_of(found), image[:, 1:4])
