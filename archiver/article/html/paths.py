"""The XPaths of a tree's elements, each level counted once: `getpath` counts the siblings again for each element."""

from lxml.etree import _Element as Element


class Paths:
    """Gives the XPath of elements of one tree, as `getpath` does: `/html/body/div[2]/p`."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[Element, str] = {}

    def of(self, element: Element) -> str:
        """The XPath of an element from the root of its tree."""
        known = self._known.get(element)
        if known is not None:
            return known
        waiting = []
        at: Element | None = element
        while at is not None and at not in self._known:
            waiting.append(at)
            at = at.getparent()
        for each in reversed(waiting):
            if each not in self._known:
                self._learn(each)
        return self._known[element]

    def _learn(self, element: Element) -> None:
        """The paths of an element and of all its siblings; that of the parent is known."""
        parent = element.getparent()
        if parent is None:
            self._known[element] = f"/{element.tag}"
            return
        if len(parent) == 1:
            self._known[element] = f"{self._known[parent]}/{element.tag}"
            return
        names: dict[object, list[Element]] = {}
        for child in parent:
            names.setdefault(child.tag, []).append(child)
        stem = self._known[parent]
        for name, children in names.items():
            if len(children) == 1:
                self._known[children[0]] = f"{stem}/{name}"
            else:
                self._known.update((child, f"{stem}/{name}[{n}]") for n, child in enumerate(children, start=1))
