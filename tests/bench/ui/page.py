"""What is measured inside the page, by its own clock."""

from typing import Any

from playwright.sync_api import Page

_DRAWN = """
const frame = () => new Promise(requestAnimationFrame);
// A message port is answered after the frame in which it was written to has been drawn.
const drawn = () => new Promise(then => {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => then(performance.now());
  channel.port2.postMessage(0);
});
"""
_SCROLL = """async ([frames, pixels]) => {
  const frame = () => new Promise(requestAnimationFrame);
  const box = document.querySelector('.list-scroller');
  const gaps = [];
  let moved = 0, before = await frame();
  for (let n = 0; n < frames; n++) {
    const place = box.scrollTop;
    box.scrollTop -= pixels;
    moved += place - box.scrollTop;
    const now = await frame();
    gaps.push(now - before);
    before = now;
  }
  return [gaps, moved];
}"""
_SWITCH = (
    "async ([channel, name, row]) => {"
    + _DRAWN
    + """
  const link = document.querySelector(`a.rail-item[href="/c/${channel}"]`);
  const start = performance.now();
  link.click();
  for (;;) {
    await frame();
    const shown = document.querySelector('main')?.getAttribute('aria-label') === name;
    if (shown && document.querySelector(row)) return await drawn() - start;
    if (performance.now() - start > 20000) throw new Error('the other channel did not come');
  }
}"""
)
_HOLDS = """() => [document.querySelectorAll('*').length, performance.memory.usedJSHeapSize / 1048576]"""
_WATCH = (
    "text => {"
    + _DRAWN
    + """
  window.shownAt = new Promise((then, fail) => {
    setTimeout(() => fail(new Error('was not shown')), 40000);
    const look = async () => {
      if (![...document.querySelectorAll('.message-body')].some(one => one.innerText.includes(text))) return false;
      seen.disconnect();
      await frame();
      then(performance.timeOrigin + await drawn());
      return true;
    };
    const seen = new MutationObserver(look);
    seen.observe(document.body, {childList: true, subtree: true, characterData: true});
  });
  window.shownAt.catch(() => undefined);
}"""
)


def measure_frames(page: Page, frames: int, pixels: int) -> tuple[list[float], float]:
    """Scroll up by so many pixels a frame: the milliseconds between frames, and the pixels that it really moved."""
    gaps, moved = page.evaluate(_SCROLL, [frames, pixels])
    return gaps, moved


def measure_switch(page: Page, channel: int, name: str, *, empty: bool = False) -> float:
    """Milliseconds from the click on a channel until the first of its rows is drawn."""
    row = ".list-scroller" if empty else "[data-message]"
    answer: Any = page.evaluate(_SWITCH, [channel, name, row])
    return float(answer)


def measure_held(page: Page) -> tuple[int, float]:
    """Elements in the page, and MiB of script memory, as far as Chromium tells (it rounds)."""
    elements, memory = page.evaluate(_HOLDS)
    return int(elements), float(memory)


def watch_for(page: Page, text: str) -> None:
    """From now on, look for a message."""
    page.evaluate(_WATCH, text)


def shown_at(page: Page) -> float:
    """When that message had been drawn, in milliseconds since 1970. Waits for it."""
    answer: Any = page.evaluate("() => window.shownAt")
    return float(answer)
