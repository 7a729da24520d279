"""Where the embedded server of the tests lives; shared by every run on this machine."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_OTHER = f"-{Path(binaries).parent.name}" if (binaries := os.environ.get("SHOUWEN_PG_BIN")) else ""  # its data is its own
HOME_OF_TESTS = Path(os.environ.get("SHOUWEN_TEST_HOME") or Path(tempfile.gettempdir()) / f"shouwen-test-{os.geteuid()}{_OTHER}")
