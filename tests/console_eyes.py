"""How a page of the console looks to somebody with a reader, a keyboard, or poor eyes.

Run inside a real browser: what it finds is what is wrong, in words.
"""

from __future__ import annotations

from playwright.async_api import Page

_FAULTS = r"""() => {
  const faults = [], say = (what, node) =>
    faults.push(`${what}: ${node.outerHTML.slice(0, 90)}`);
  const seen = (node) => node.checkVisibility({ visibilityProperty: true });
  if (!document.documentElement.lang) faults.push('no language');
  if (document.querySelectorAll('h1').length !== 1) faults.push('not one h1');
  if (document.querySelectorAll('main').length !== 1) faults.push('not one main');
  let level = 1;
  for (const head of document.querySelectorAll('h1, h2, h3, h4')) {
    const own = Number(head.tagName[1]);
    if (own > level + 1) say('a heading skips a level', head);
    level = own;
  }
  const ids = [...document.querySelectorAll('[id]')].map((node) => node.id);
  for (const id of new Set(ids)) {
    if (ids.filter((each) => each === id).length > 1) faults.push(`twice the id ${id}`);
  }
  for (const node of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
    if (!node.labels.length || !node.labels[0].textContent.trim()) say('no label', node);
    for (const id of (node.getAttribute('aria-describedby') || '').split(/\s+/).filter(Boolean)) {
      if (!document.getElementById(id)) say(`described by no ${id}`, node);
    }
  }
  for (const node of document.querySelectorAll('button, a[href], summary')) {
    if (!node.textContent.trim()) say('no name', node);
  }
  for (const node of document.querySelectorAll('img')) {
    if (!node.hasAttribute('alt')) say('no alt', node);
  }
  for (const table of document.querySelectorAll('table')) {
    if (!table.caption?.textContent.trim()) say('no caption', table);
    for (const head of table.querySelectorAll('th')) {
      if (!head.scope) say('a th without scope', head);
    }
  }
  const names = [...document.querySelectorAll('td a, td summary')]
    .map((node) => node.textContent.trim().replace(/\s+/g, ' '));
  if (new Set(names).size !== names.length) faults.push('two buttons of a list have one name');

  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const light = ([r, g, b]) => [r, g, b].map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = (node) => {
    for (let each = node; each; each = each.parentElement) {
      const found = rgba(getComputedStyle(each).backgroundColor);
      if (found[3] === 1) return found;
    }
    return [255, 255, 255, 1];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const told = new Set();
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !seen(node) || node.closest('.hidden, option')) continue;
    const [ink, paper] = [light(rgba(getComputedStyle(node).color)), light(ground(node))];
    const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    const key = `${node.tagName}.${node.className}`;
    if (ratio < 4.5 && !told.has(key)) {
      told.add(key);
      say(`contrast ${ratio.toFixed(2)}`, node);
    }
  }
  if (document.documentElement.scrollWidth > innerWidth) faults.push('wider than the screen');
  return faults;
}"""


async def faults(page: Page) -> list[str]:
    """What somebody could not read, name or reach on the page as it stands."""
    await page.wait_for_load_state("load")
    found: list[str] = await page.evaluate(_FAULTS)
    return found
