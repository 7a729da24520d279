"""The front of the `shouwen` command: finds the sub-command's module, and turns every trouble into a sentence and an exit code.

A sub-command is a module of this package with

    def add_arguments(parser: argparse.ArgumentParser) -> None: ...
    def main(args: argparse.Namespace) -> int: ...              # 0: it went well

Only the module that is asked for is imported, so `shouwen --help` stays quick and `law` needs no database.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from shouwen import __version__
from shouwen.base.embedded import default_home
from shouwen.base.errors import Problem
from shouwen.base.faults import Fault, causes, fault_of
from shouwen.base.trouble import Exit, Trouble, say

READER_GONE = 141  # what a shell says of a program that a closed pipe has ended (128 + SIGPIPE)
COMMANDS = {  # module, 中文, English
    "demo": ("demo", "启动演示公司", "start the demo company"),
    "serve": ("serve", "启动网站和后台进程", "run the web site and the worker"),
    "setup": ("setup", "建库、建表、准备页面文件；可重复运行", "make database and tables, prepare page files; may be repeated"),
    "migrate": ("setup", "同 setup", "the same as setup"),
    "token": ("token", "为用户打印一个 API 令牌", "print an API token for a user"),
    "staff": ("staff", "建单位、新增员工、任命岗位", "add units and people, appoint them to posts"),
    "law": ("law", "检查、试验、颁布、解释制度", "check, test, enact, explain regulations"),
    "import": ("importing", "导入历史数据", "import real data"),
    "doctor": ("doctor", "这套安装有什么问题", "what is wrong with this installation"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one sub-command; never a traceback for what a person can put right."""
    given = list(sys.argv[1:] if argv is None else argv)
    chosen = next((word for word in given if word in COMMANDS), None)
    args = _parser(chosen).parse_args(given)
    if home := getattr(args, "home", None):
        os.environ["SHOUWEN_HOME"] = str(Path(home).expanduser().resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shouwen.config.settings")
    module = importlib.import_module(f"shouwen.ops.{COMMANDS[args.command][0]}")
    return in_sentences(lambda: module.main(args))


def in_sentences(action: Callable[[], int | None]) -> int:
    """Run something whose trouble is to be said as a sentence; returns the exit code."""
    try:
        code = action() or 0
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read us (`| head`, a pager that was left) has gone; Python would complain once more at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_GONE
    except Exception as e:
        trouble = trouble_of(e)
        if trouble is None:
            raise
        print(trouble.sentence(), file=sys.stderr)
        return trouble.code
    return code


TROUBLES = {
    Fault.FULL: Trouble(
        Exit.DISK_FULL,
        "磁盘已满，这一步没有完成；已确认的数据没有丢失。请腾出空间后重试。",
        "The disk is full and this step was not done; nothing acknowledged is lost. Make room and try again.",
    ),
    Fault.DOWN: Trouble(
        Exit.DATABASE_DOWN,
        "连不上数据库，或连接中断。`shouwen doctor` 会说明原因。",
        "The database cannot be reached, or the connection broke. `shouwen doctor` says why.",
    ),
    Fault.BUSY: Trouble(
        Exit.DATABASE_DOWN,
        "数据库太忙，这一步没有完成：连接太多，或别的操作占用太久。请稍候重试。",
        "The database is too busy and this step was not done: too many connections, or others hold what it needs. Try again soon.",
    ),
    Fault.READ_ONLY: Trouble(
        Exit.DATABASE_DOWN,
        "数据库现在只读，这一步没有完成。DATABASE_URL 指向的是备用服务器吗？",
        "The database is read-only now and this step was not done. Does DATABASE_URL name a stand-by server?",
    ),
}


def trouble_of(error: BaseException) -> Trouble | None:
    """The trouble behind an exception, if it is one that a person can put right."""
    for e in causes(error):
        if isinstance(e, Trouble):
            return e
        if isinstance(e, Problem):
            return Trouble(Exit.FAILED, e.zh, e.en)
    fault = fault_of(error)
    return TROUBLES[fault] if fault else None


def _parser(chosen: str | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="shouwen",
        description=say("首问：制度即系统。", "Shouwen: a company's regulations, executed."),
        epilog=say(f"数据目录：{default_home()}", f"data directory: {default_home()}"),
    )
    parser.add_argument("--version", action="version", version=f"shouwen {__version__}")
    parts = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (module, zh, en) in COMMANDS.items():
        text = say(zh, en).replace("\n", " / ")
        part = parts.add_parser(name, help=text, description=text)
        if name == chosen:
            importlib.import_module(f"shouwen.ops.{module}").add_arguments(part)
    return parser


def add_home(parser: argparse.ArgumentParser) -> None:
    """The option of every sub-command that touches data."""
    parser.add_argument("--home", metavar="DIR", help=say("数据目录", "data directory").replace("\n", " / "))
