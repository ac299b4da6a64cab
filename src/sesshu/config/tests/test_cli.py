"""The command line: one JSON object last, exit status 2 when refused."""

import json
import socket

import pytest

from sesshu.config.cli import main
from sesshu.config.doors import Door
from sesshu.config.processes import serve
from sesshu.kernel.command import Refused


def test_an_unknown_command_is_refused_with_the_list(capsys):
    assert main(["vaccinate", "--json"]) == 2
    printed = capsys.readouterr()
    assert "vaccinate" in json.loads(printed.out)["error"]
    assert "residents" in printed.err


def test_without_a_command_all_commands_are_listed(capsys):
    assert main([]) == 0
    assert "questionnaires" in capsys.readouterr().out


def test_wrong_arguments_are_refused(capsys):
    assert main(["database", "--json"]) == 2
    assert "error" in json.loads(capsys.readouterr().out)


def test_a_port_that_is_taken_is_told_before_anything_starts() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Refused, match=f"ポート {port} "):
            serve(Door("127.0.0.1", port), others=[["false"]], announce="never")
