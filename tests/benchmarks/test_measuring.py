import json
import platform
import sys
from pathlib import Path

import pytest
from comparing_results import Job, rows_of, section
from curves import curves_of
from measuring import Cost, CouldNotRun, alternating, cost_of, machine, medians, python, table

BURN = "import time\nwhile time.process_time() < 0.3: pass"


def test_the_cpu_seconds_of_a_process_are_those_of_its_children_too():
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BURN!r}])"
    assert cost_of(python("-c", parent)).cpu >= 0.3


def test_a_program_tells_more_in_its_last_line():
    told = cost_of(python("-c", "print('warming up'); print('RESULT', '{\"cpu\": [1, 2]}')")).told
    assert told == {"cpu": [1, 2]}


def test_a_program_that_fails_is_left_out_with_what_it_said_last():
    with pytest.raises(CouldNotRun, match="ended with 3 .*no such weights"):
        cost_of(python("-c", "print('no such weights'); raise SystemExit(3)"))


def test_a_program_that_never_ends_is_ended():
    with pytest.raises(CouldNotRun):
        cost_of(python("-c", "import time; time.sleep(600)"), patience=0.3)


def test_jobs_alternate_and_what_failed_is_not_tried_again():
    ran = []

    def job(name):
        def run():
            ran.append(name)
            if name == "broken":
                raise CouldNotRun("no such weights")
            return Cost(len(ran), 0, 0)

        return run

    costs, failed = alternating({name: job(name) for name in ("a", "broken", "b")}, 3)
    assert ran == ["a", "broken", "b", "a", "b", "a", "b"]
    assert set(costs) == {"a", "b"}
    assert failed == {"broken": "no such weights"}


def test_medians_are_of_each_figure_and_lists_are_put_together():
    rounds = [Cost(cpu, 10 * cpu, 1, {"cpu": [cpu], "side": 64}) for cpu in (3, 1, 2)]
    assert medians(rounds) == Cost(2, 20, 1, {"cpu": [3, 1, 2], "side": 64})


def test_a_table_has_a_line_for_each_row():
    assert table(["", "s"], [["a", "1"]]) == "|  | s |\n| --- | ---: |\n| a | 1 |\n"


def test_nothing_tells_whose_machine_it_was():
    told = json.dumps(machine())
    assert platform.node() not in told
    assert str(Path.home()) not in told


def test_shares_of_the_peak_count_what_a_pixel_needs_and_times_are_of_the_first():
    job = Job("a plane", 1_000_000, "network", "theirs")
    costs = {"theirs": Cost(10, 5, 100), "DeBCR Zoo": Cost(2, 1, 50)}
    _, ours = rows_of(job, costs, 100_000, 100, {})
    assert (ours.times_cpu, ours.times_wall) == (5, 5)
    # 10⁵ operations × 10⁶ pixels in 2 CPU seconds, of 10¹¹ in one.
    assert ours.share == pytest.approx(0.5)


def test_a_page_says_what_was_left_out_and_why():
    job = Job("a plane", 1_000_000, "network", "theirs")
    rows = rows_of(job, {"DeBCR Zoo": Cost(2, 1, 50)}, None, 100, {})
    assert "Left out: theirs, no TensorFlow here." in section(
        job, rows, {"theirs": "no TensorFlow here"}
    )


def test_without_a_gpu_its_benchmark_says_so_and_ends_well(tmp_path):
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    script = Path(__file__).with_name("gpu.py")
    cost_of([sys.executable, script, tmp_path])
    assert not list(tmp_path.iterdir())


def test_a_learning_curve_has_a_gap_where_a_network_was_not_trained_so_long():
    columns = ["network", "PSNR (dB)"]
    short = {"columns": columns, "rows": [["unet", 30.0], ["dncnn", 20.0]]}
    long = {"columns": columns, "rows": [["unet", 35.0]]}
    assert curves_of([short, long], ["unet", "dncnn"]) == {
        "unet": [30.0, 35.0],
        "dncnn": [20.0, None],
    }
