from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from apps.core.access import access
from apps.core.pages import panels, show
from apps.org.models import Person


def visible(request, pk):
    return get_object_or_404(Person.objects.visible_to(request.user).select_related("unit"), pk=pk)


@require_GET
@access("org.view")
def person_detail(request, pk):
    person = visible(request, pk)
    posts = person.posts.current().select_related("unit", "line").order_by("pk")
    return show(request, "org/person_detail.html", person=person, posts=posts, panels=panels(request, person))
