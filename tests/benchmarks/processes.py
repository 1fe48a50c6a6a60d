"""What the kernel says of a process and of all that it has started. None where there is no /proc."""

import os
from collections.abc import Iterator
from pathlib import Path


def family(pid: int) -> Iterator[int]:
    """Yield a process and its descendants. Source: proc_pid_task(5), `children`."""
    yield pid
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = path.read_text().split()
        except OSError:  # the thread has ended
            continue
        for child in children:
            yield from family(int(child))


def cpu_s(pid: int) -> float | None:
    """Return user and system time of a family, all threads. Source: proc_pid_stat(5), fields 14 and 15."""
    total = None
    for one in family(pid):
        try:
            stat = Path(f"/proc/{one}/stat").read_text()
        except OSError:
            continue
        fields = stat.rpartition(")")[2].split()  # the name before it may hold blanks
        total = (total or 0.0) + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def peak_mib(pid: int) -> float | None:
    """Return the largest resident sizes since `forget_peak`, summed. Source: proc_pid_status(5), `VmHWM`."""
    total = None
    for one in family(pid):
        try:
            status = Path(f"/proc/{one}/status").read_text()
        except OSError:
            continue
        for line in status.splitlines():
            if line.startswith("VmHWM:"):
                total = (total or 0.0) + int(line.split()[1]) / 1024
    return total


def forget_peak(pid: int) -> None:
    """Let the peaks begin anew at what is resident now. Source: proc_pid_clear_refs(5), value 5."""
    for one in family(pid):
        try:
            Path(f"/proc/{one}/clear_refs").write_text("5")
        except OSError:
            continue


def machine() -> str:
    """Return the processor's name and how many cores there are."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    name = next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown processor"
    )
    return f"{name}, {os.cpu_count()} cores"
