"""Whether a page's markup is that of an application, whose text scripts may bring: by the containers and data that the
tools for building such pages leave in it. Judges values, fetches nothing."""

import re

from archiver.markup.encodings import decode
from archiver.markup.media_types import content_type_of
from archiver.model import Page

_SOURCE = 2_000_000
_IDS = "__next|__nuxt|__layout|___gatsby|root|app|react-root|app-root|main-app|ember-application|svelte|q-app"
_ROOT = re.compile(rf"<(?:div|main|section|body)\b[^<>]{{0,300}}?\bid\s?=\s?[\"']?(?:{_IDS})[\"'\s>/]")
_ELEMENT = re.compile(r"<(?:app-root|ion-app|[a-z]{1,20}-app)[\s>]")
_MARKS = (
    *("data-reactroot", "data-reactid", "data-server-rendered", "data-v-app", "ng-version=", "ng-app", "data-ng-app"),
    *("__next_data__", "__next_f", "__nuxt__", "window.__initial_state__", "window.__preloaded_state__"),
    *("window.__apollo_state__", "__remixcontext", "__sveltekit", "astro-island", "window.__data__"),
)
_ASKS = re.compile(r"<noscript\b[^<>]{0,200}>[^<]{0,40}(?:<[^<>]{0,200}>[^<]{0,200}){0,5}?javascript")


def is_application(page: Page) -> bool:
    """Whether scripts are in the page and its markup is an application's."""
    source = decode(page.body[:_SOURCE], content_type_of(page.headers))[0].lower()
    if "<script" not in source:
        return False
    if any(mark in source for mark in _MARKS):
        return True
    return any(pattern.search(source) is not None for pattern in (_ROOT, _ELEMENT, _ASKS))
