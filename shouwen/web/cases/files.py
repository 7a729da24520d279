"""Files of a case: attached by a note, given out to whoever may see the case."""

from __future__ import annotations

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shouwen.base import attachments
from shouwen.base.errors import FieldError, Refused
from shouwen.base.models import Attachment
from shouwen.cases import acting
from shouwen.cases.draft import Wish, act_on
from shouwen.web.asking import Ask
from shouwen.web.cases.acting import done
from shouwen.web.cases.assembly import find
from shouwen.web.cases.wishing import kept_files, kept_word
from shouwen.web.problems import answer


@require_POST
def upload(request: Ask, key: str) -> HttpResponse:
    """Attach files: a note that says so, with the files as what shows it."""
    case = find(request, key)
    files = kept_files(request)
    if not files:
        raise FieldError.of("files", _("请选择文件"), _("请选择文件"))
    wish = Wish(act="note", fields={"text": _("上传附件")}, evidence=files, key=kept_word(request.POST, "key"))
    ruling = acting.act(act_on(case, wish, request.reader, now=request.now), now=request.now)
    if ruling.refused:
        return answer(request, Refused(ruling))
    return done(request, case, "note", ruling)


@require_safe
def download(request: Ask, key: str, pk: int) -> FileResponse:
    """Give a file out, never as something that a browser would run."""
    case = find(request, key)
    found = get_object_or_404(Attachment.objects.visible_to(request.reader), pk=pk, case_id=case.pk)
    response = FileResponse(attachments.open_file(found))
    for name, value in attachments.headers(found, download="download" in request.GET).items():
        response[name] = value  # afterwards: Django guesses a type, and the name would be that of our storage
    return response
