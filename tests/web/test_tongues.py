"""What people wrote in Chinese is marked as Chinese in an English page, once, and nothing else of the page is touched."""

from __future__ import annotations

import pytest
from django.http import HttpResponse

from shouwen.web import tongues


@pytest.mark.parametrize(
    ("page", "marked"),
    [
        (
            "<p>Given to 孙磊, 云栖1-1-401.</p>",
            '<p>Given to <span lang="zh">孙磊</span>, <span lang="zh">云栖1-1-401</span>.</p>',
        ),
        ("<b>王**</b> 业主出差，周末再约。", '<b><span lang="zh">王**</span></b> <span lang="zh">业主出差，周末再约。</span>'),
        ('<a title="孙磊 > 钱浩">2</a>', '<a title="孙磊 > 钱浩">2</a>'),  # an attribute cannot say it of a part
        (
            '<option value="1">云栖花园</option><option>All</option>',
            '<option value="1" lang="zh">云栖花园</option><option>All</option>',
        ),
        (
            "<textarea>漏水</textarea><title>漏水</title><script>漏水</script>",
            "<textarea>漏水</textarea><title>漏水</title><script>漏水</script>",
        ),
        ('<p lang="zh-Hans">系统<b>读作</b></p>漏水', '<p lang="zh-Hans">系统<b>读作</b></p><span lang="zh">漏水</span>'),
        ("<p>5 < 6, <br>漏水</p>", '<p>5 < 6, <br><span lang="zh">漏水</span></p>'),
        ("<!-- 漏水 --><p>Nothing</p>", "<!-- 漏水 --><p>Nothing</p>"),
    ],
)
def test_what_is_written_in_chinese_is_marked_where_it_stands(page: str, marked: str) -> None:
    assert tongues.marked(page) == marked


def test_only_pages_are_marked() -> None:
    page, other = HttpResponse("<p>漏水</p>"), HttpResponse("漏水", content_type="text/csv")

    tongues.mark(page)
    tongues.mark(other)

    assert page.content.decode() == '<p><span lang="zh">漏水</span></p>'
    assert other.content.decode() == "漏水"
