"""The witness as a program: its commands, and its door for requests over HTTP (C2SP tlog-witness)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from sesshu.protection.trail.notes import BadNote, VerifierKey
from sesshu.protection.trail.witness import Refused, Witness

MOST_BYTES = 64 * 1024
PATH = "/add-checkpoint"


def door(witness: Witness, host: str, port: int) -> ThreadingHTTPServer:
    """A server that answers ``POST /add-checkpoint``; port 0 takes a free one."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if self.path != PATH or length > MOST_BYTES:
                self._answer(404 if self.path != PATH else 413, "text/plain", "")
                return
            text = self.rfile.read(length).decode("utf-8", "replace")
            try:
                self._answer(200, "text/plain; charset=utf-8", witness.sign(text))
            except Refused as refusal:
                size = refusal.size is not None
                body = f"{refusal.size}\n" if size else f"{refusal}\n"
                self._answer(
                    refusal.status, "text/x.tlog.size" if size else "text/plain; charset=utf-8", body
                )

        def _answer(self, status: int, kind: str, text: str) -> None:
            content = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(content)
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            return None

    return ThreadingHTTPServer((host, port), Handler)


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """``init``, ``key``, ``trust``, ``sign`` and ``serve``."""
    init = commands.add_parser("init", help="証人の鍵と控えを作る")
    init.add_argument("--name", required=True, help="証人の名前（例: pref-mie.example/w1）")
    key = commands.add_parser("key", help="証人の公開鍵を示す")
    trust = commands.add_parser("trust", help="市区町村の公開鍵を登録する")
    trust.add_argument("--key", required=True)
    sign = commands.add_parser("sign", help="依頼のファイルに署名する")
    sign.add_argument("--request", type=Path, required=True)
    sign.add_argument("--out", type=Path, required=True)
    serve = commands.add_parser("serve", help="HTTP で依頼を受ける")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8731)
    for parser in (init, key, trust, sign, serve):
        parser.add_argument("--state", type=Path, required=True, help="証人の鍵と控えのファイル")


def run(arguments: argparse.Namespace) -> str:
    """Do one command and say what was done.

    :raises Refused: when the witness does not sign.
    :raises BadNote: for a key that is none.
    :raises OSError: for files.
    """
    if arguments.action == "init":
        witness = Witness.create(arguments.state, arguments.name)
        return f"証人を用意しました。公開鍵を市区町村と検証する人に渡してください。\n{witness.key}"
    witness = Witness(arguments.state)
    if arguments.action == "trust":
        witness.trust(VerifierKey.parse(arguments.key))
        return "市区町村の公開鍵を登録しました。"
    if arguments.action == "sign":
        arguments.out.write_text(
            witness.sign(arguments.request.read_text(encoding="utf-8")), encoding="utf-8"
        )
        return f"署名しました: {arguments.out}"
    if arguments.action == "serve":
        with door(witness, arguments.host, arguments.port) as server:
            server.serve_forever()
    return str(witness.key)


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; 0 done, 1 the witness refused to sign, 2 unusable input."""
    parser = argparse.ArgumentParser(prog="witness", description="操作記録の証人")
    add_commands(parser.add_subparsers(dest="action", required=True))
    try:
        sys.stdout.write(run(parser.parse_args(words)) + "\n")
    except Refused as refusal:
        sys.stderr.write(f"署名しません: {refusal}\n")
        return 1
    except (BadNote, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
