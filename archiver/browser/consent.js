(words) => {
  const plain = (text) => (text || '').replace(/\s+/g, ' ').trim().toLowerCase();
  const shown = (element) => {
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    return box.width > 1 && box.height > 1 && style.visibility === 'visible' && style.display !== 'none';
  };
  const label = (element) => plain(element.innerText || element.value || element.getAttribute('aria-label'));
  const said = (button) => {
    for (const kind of ['reject', 'accept']) {
      const text = label(button).replace(/[^\p{L}\p{N}' ,]+$/u, '').trim();
      if (words[kind].includes(text)) return kind;
    }
    return null;
  };
  const roots = [document];
  for (let at = 0; at < roots.length && at < 200; at += 1) {
    for (const each of roots[at].querySelectorAll('*')) if (each.shadowRoot) roots.push(each.shadowRoot);
  }
  const buttons = roots.flatMap((root) => [...root.querySelectorAll(
    'button, a, [role=button], input[type=button], input[type=submit]')]).slice(0, 3000);
  const wall = (button) => {
    let around = button;
    for (let up = 0; up < 8 && around && around !== document.body; up += 1) {
      const parent = around.parentElement || (around.getRootNode() || {}).host || null;
      if (!parent || parent === document.documentElement) break;
      around = parent;
      const text = plain(around.innerText);
      if (text.length > 4000) return null;
      if (words.about.some((word) => text.includes(word)) && text.length > 30) return {around, text};
    }
    return null;
  };
  const selector = (element) => {
    const parts = [];
    let at = element;
    while (at && at.nodeType === 1 && at !== document.documentElement && parts.length < 40) {
      if (at.id && /^[A-Za-z][\w-]*$/.test(at.id)) { parts.unshift('#' + at.id); break; }
      let place = 1;
      for (let before = at.previousElementSibling; before; before = before.previousElementSibling) {
        if (before.localName === at.localName) place += 1;
      }
      parts.unshift(at.localName + ':nth-of-type(' + place + ')');
      if (!at.parentElement && at.getRootNode() instanceof ShadowRoot) { at = at.getRootNode().host; } else { at = at.parentElement; }
    }
    return parts.join(' ');
  };
  const found = [];
  for (const button of buttons) {
    const kind = said(button);
    if (!kind || !shown(button)) continue;
    const place = wall(button);
    if (!place) continue;
    found.push({kind, button, ...place});
  }
  if (!found.length) return null;
  const best = found.find((each) => each.kind === 'reject') || found[0];
  const barred = words.never.some((word) => best.text.includes(word));
  return {
    text: best.text.slice(0, 500),
    kind: barred ? 'not for a program to answer' : best.kind,
    button: barred ? null : label(best.button),
    selector: barred ? null : selector(best.button),
  };
}
