"""What is drawn in a figure does not lie over what is to be read there."""

import pytest

from course_lib.figures import NowcastViewer, SlidingKernel
from tests.browser.figure_page import FIGURE

pytestmark = pytest.mark.browser

# The places of what matches two selectors, and the pairs of them that share more than half a pixel.
OVERLAPS = """const boxes = (selector) => [...document.querySelectorAll(selector)]
      .map((e) => [e.textContent || e.getAttribute('class'), e.getBoundingClientRect()]);
    const share = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > .5
      && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > .5;"""
# The letters of a line stand in a taller box than they fill.
DIGITS = OVERLAPS.replace(
    "e.getBoundingClientRect()", "((r) => new DOMRect(r.x, r.y + .17 * r.height, r.width, "
    ".62 * r.height))(e.getBoundingClientRect())"
)  # fmt: skip


@pytest.mark.parametrize("width", [1280, 680, 375])
def test_the_weights_of_a_window_stand_beside_the_numbers_under_it_and_in_their_boxes(show, width):
    kernel = [[-3, -1, -2], [-1, -2, -3], [-1, -2, -3]]
    browser = show(SlidingKernel(2, image_kernel=kernel, at=7), width=width)
    weights, covered, outside = browser.execute_script(
        f"""{DIGITS}
        const weights = boxes('.fig-slide text.corner'), numbers = boxes('.fig-slide text.value');
        const places = [...document.querySelectorAll('.fig-slide .place')]
          .map((e) => e.getBoundingClientRect());
        return [weights.length,
          weights.flatMap(([w, a]) => numbers.filter(([, b]) => share(a, b)).map(([n]) => [w, n])),
          weights.filter(([, a]) => !places.some((p) => p.left < a.left && a.right < p.right
            && p.top < a.top && a.bottom < p.bottom)).map(([w]) => w)]"""
    )
    assert weights == (9 if width > 600 else 0)
    assert (covered, outside) == ([], [])


@pytest.mark.parametrize("width", [1280, 375])
def test_no_curve_of_the_nowcasts_runs_through_the_name_of_one(show, width):
    browser = show(NowcastViewer(), lang="id", width=width)
    highest = browser.execute_script(
        f"""const figure = {FIGURE}, baseline = () =>
          document.querySelector('.chart-name').y.baseVal[0].value;
        return [1, 2, 3, 4, 5, 6].map((film) => {{
          figure.change({{film}});
          return Math.min(...[...document.querySelectorAll('polyline.curve')]
            .flatMap((e) => [...e.points]).map((p) => p.y)) - baseline();
        }})""",
        0,
    )
    assert min(highest) > 2


@pytest.mark.parametrize("width", [1280, 375])
def test_the_frame_of_the_first_and_of_the_last_column_is_seen_on_all_sides(show, width):
    browser = show(NowcastViewer(), width=width)
    for t in (1, 10):
        left, right = browser.execute_script(
            f"""{FIGURE}.look({{t: {t}}});
            const box = (selector) => document.querySelector(selector).getBoundingClientRect();
            const svg = box('.fig-films'), frame = box('.fig-films .now');
            const picture = box(`[data-t="{t}"]`);
            return [[frame.left - svg.left, picture.left - frame.left],
              [svg.right - frame.right, frame.right - picture.right]]""",
            0,
        )
        assert min(*left, *right) >= 0.75, (t, left, right)  # half of its line
