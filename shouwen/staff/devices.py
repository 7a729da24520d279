"""In words a person knows their own browser by: what it says of itself, shortened. It proves nothing and identifies nobody."""

from __future__ import annotations

from typing import Final

# The first mark that is found counts: Edge and WeChat call themselves Chrome as well, Chrome calls itself Safari.
_BROWSERS: Final = (
    ("wxwork", "企业微信"), ("micromessenger", "微信"), ("dingtalk", "钉钉"), ("lark", "飞书"), ("edg", "Edge"), ("opr/", "Opera"),
    ("firefox", "Firefox"), ("chrome", "Chrome"), ("crios", "Chrome"), ("safari", "Safari"),
)  # fmt: skip
_SYSTEMS: Final = (
    ("harmonyos", "HarmonyOS"), ("android", "Android"), ("iphone", "iPhone"), ("ipad", "iPad"), ("windows", "Windows"),
    ("mac os", "macOS"), ("cros", "ChromeOS"), ("linux", "Linux"),
)  # fmt: skip


def device(agent: str) -> str:
    """Return browser and system of a User-Agent, "" when it names neither."""
    low = agent.lower()
    found = [next((word for mark, word in words if mark in low), "") for words in (_BROWSERS, _SYSTEMS)]
    return " · ".join(word for word in found if word)
