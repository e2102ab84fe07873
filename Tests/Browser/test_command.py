"""The command line of the real stile-central: what it says and how it ends."""

import json
import os
import signal
import socket
import stat
import subprocess

import pytest

from conftest import ROOT
from venue import Central, free_port

PROGRAM = ROOT / ".build" / "debug" / "stile-central"


def run(*arguments, **environment):
    return subprocess.run(
        [str(PROGRAM), *map(str, arguments)], capture_output=True, text=True, timeout=30,
        env={**os.environ, **environment})


def test_help_and_version():
    assert run("--version").stdout.strip() == "0.1.0"
    words = run("--help").stdout
    for name in ["init", "serve", "reconcile", "gate"]:
        assert name in words
    assert run("serve", "--help").returncode == 0


def test_init_prints_key_and_fingerprint_and_keeps_the_master_key_private(tmp_path):
    data = tmp_path / "data"
    made = run("init", "--data", data, "--json")
    assert made.returncode == 0, made.stderr
    answer = json.loads(made.stdout)
    assert answer["api_key"].startswith("stile_")
    assert len(answer["root_fingerprint"]) == 64
    assert stat.S_IMODE((data / "master.key").stat().st_mode) == 0o600
    database = b"".join(path.read_bytes() for path in data.glob("central.sqlite*"))
    assert answer["api_key"].encode() not in database
    again = run("init", "--data", data)
    assert again.returncode == 73
    assert "left alone" in again.stderr and again.stdout == ""


def test_init_says_what_to_do_next(tmp_path):
    words = run("init", "--data", tmp_path / "data").stdout
    assert "stile_" in words and "serve --data" in words and "fingerprint" in words


@pytest.mark.parametrize("command", [["serve"], ["reconcile", "--event", "0" * 32]])
def test_missing_directory(tmp_path, command):
    ended = run(*command, "--data", tmp_path / "nowhere")
    assert ended.returncode == 66
    assert "stile-central init" in ended.stderr


def test_wrong_master_key(tmp_path):
    data = tmp_path / "data"
    run("init", "--data", data)
    ended = run("serve", "--data", data, STILE_MASTER_KEY="A" * 43)
    assert ended.returncode == 77
    assert "master key" in ended.stderr
    assert "A" * 43 not in ended.stderr
    assert run("serve", "--data", data, STILE_MASTER_KEY="short").returncode == 77


def test_master_key_from_a_systemd_credential(tmp_path):
    data, credentials = tmp_path / "data", tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "stile-master-key").write_text("B" * 42 + "A\n")
    made = run("init", "--data", data, CREDENTIALS_DIRECTORY=str(credentials))
    assert made.returncode == 0, made.stderr
    assert not (data / "master.key").exists()
    event = ["reconcile", "--data", data, "--event", "0" * 32]
    assert run(*event).returncode in (73, 77)
    known = run(*event, CREDENTIALS_DIRECTORY=str(credentials))
    assert known.returncode == 66 and "no such event" in known.stderr


def test_port_in_use(tmp_path):
    data = tmp_path / "data"
    run("init", "--data", data)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = run("serve", "--data", data, "--listen", f"127.0.0.1:{port}")
    assert ended.returncode == 69
    assert f"127.0.0.1:{port} is taken" in ended.stderr


@pytest.mark.parametrize("arguments, environment, words", [
    (["--listen", "nonsense"], {}, "listen"),
    ([], {"STILE_LISTEN": "127.0.0.1:99999"}, "listen"),
    (["--public-url", "ftp://x"], {}, "publicUrl"),
    (["--log-level", "loud"], {}, "logLevel"),
    ([], {"STILE_CONNECTIONS_MAX": "many"}, "connectionsMax"),
])
def test_wrong_settings(tmp_path, arguments, environment, words):
    ended = run("serve", "--data", tmp_path, *arguments, **environment)
    assert ended.returncode == 78
    assert words in ended.stderr


def test_wrong_usage():
    assert run("serve").returncode == 64
    assert run("reconcile", "--data", "x", "--event", "short").returncode == 64


def test_settings_file_below_environment_below_flags(tmp_path):
    central = Central(PROGRAM, tmp_path, free_port())
    central.init()
    (central.data / "central.yaml").write_text(
        "listen: 127.0.0.1:1\npublicUrl: https://tickets.example.org\nconnectionsMax: 100\n")
    central.start()  # --listen wins over the file
    event = central.post("/v1/events", {
        "name": "E", "venue": "V", "starts": 4_000_000_000_000, "ends": 4_000_000_100_000,
        "halls": [{"number": 1, "name": "H"}], "classes": [{"number": 1, "name": "C"}],
        "access": [{"class": 1, "hall": 1}]})["id"]
    link = central.issue(event, [{"class": 1}])[0]["link"]
    assert link.startswith("https://tickets.example.org/t/")
    central.stop()
    assert central.process.returncode == 0


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_orderly_stop_and_json_logs(tmp_path, how):
    central = Central(PROGRAM, tmp_path, free_port())
    central.init()
    central.start()
    central.stop(how)
    assert central.process.returncode == 0
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert [line["message"] for line in lines if line["level"] == "notice"][-1] == "stopped"
    assert any(line["message"] == "listening" for line in lines)


def test_reconcile_and_api_give_the_same_answer(house):
    central = house.central
    told = json.loads(run(
        "reconcile", "--data", central.data, "--event", house.event, "--json").stdout)
    asked = central.get(f"/v1/events/{house.event}/attendance")
    assert told == asked
    table = run("reconcile", "--data", central.data, "--event", house.event, "--csv").stdout
    served = central.call(f"/v1/events/{house.event}/attendance.csv").decode()
    assert table.splitlines() == served.splitlines()
    assert "no conflicts" in run(
        "reconcile", "--data", central.data, "--event", house.event).stdout


def test_gate_add(house):
    made = json.loads(run(
        "gate", "add", "--data", house.central.data, "--name", "Side door", "--hall", 1,
        "--gate", 11, "--json").stdout)
    assert len(made["device"]) == 6 and made["api_key"].startswith("stile_")
    names = [gate["name"] for gate in house.central.get("/v1/gates")["items"]]
    assert "Side door" in names
