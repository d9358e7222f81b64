"use strict";

// The page works without this. With it, a change of the letter shows by itself,
// and views change in place: only what differs is touched, so that focus, scroll
// and frames stay.

const parser = new DOMParser();
let asked = 0;

async function show(address) {
  const mine = ++asked;
  try {
    const answer = await fetch(address, { redirect: "error" });
    const fresh = parser.parseFromString(await answer.text(), "text/html");
    if (mine !== asked || !fresh.body.dataset.version) return;
    alike(document.body, fresh.body);
    listen();
  } catch {
    // The server is gone; the events tell when it is back.
  }
}

// alike makes an element as the fresh one is.
function alike(old, fresh) {
  if (old.className === "live") return;
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && name !== "data-shown") old.removeAttribute(name);
  }
  for (const { name, value } of [...fresh.attributes]) {
    if (old.getAttribute(name) === value || (name === "src" && old.localName === "iframe")) continue;
    old.setAttribute(name, value);
  }
  if (old.localName === "input" && old !== document.activeElement) old.value = fresh.value;
  if (old.localName === "iframe") return reframe(old, fresh.getAttribute("src"));
  const were = [...old.childNodes];
  const are = [...fresh.childNodes];
  are.forEach((node, i) => {
    const was = were[i];
    if (!was) old.append(node);
    else if (was.nodeName !== node.nodeName) was.replaceWith(node);
    else if (node.nodeType === Node.ELEMENT_NODE) alike(was, node);
    else if (was.nodeValue !== node.nodeValue) was.nodeValue = node.nodeValue;
  });
  were.slice(are.length).forEach((node) => node.remove());
}

// reframe gives a frame another document, without a step in the history.
function reframe(frame, src) {
  if ((frame.dataset.shown ?? frame.getAttribute("src")) === src) return;
  frame.dataset.shown = src;
  frame.contentWindow.location.replace(new URL(src, location.href));
}

function go(address) {
  history.pushState(null, "", address);
  show(address);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='/']");
  if (!link || link.hasAttribute("download") || event.button !== 0) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(link.getAttribute("href"));
});

document.addEventListener("submit", (event) => {
  event.preventDefault();
  go("/?" + new URLSearchParams(new FormData(event.target)));
});

addEventListener("popstate", () => show(location.href));

// The events of a page that nobody sees are not awaited: a browser has few
// connections for each server.
let events;
let version;

function listen() {
  if (document.hidden) {
    events?.close();
    events = undefined;
    return;
  }
  if (events && version === document.body.dataset.version) return;
  events?.close();
  version = document.body.dataset.version;
  events = new EventSource("/events?version=" + encodeURIComponent(version));
  events.onopen = () => say("live", "Live");
  events.onerror = () => say("lost", "Not running");
  events.addEventListener("change", () => show(location.href));
}

function say(state, text) {
  const live = document.querySelector(".live");
  if (live.dataset.state === state) return;
  live.dataset.state = state;
  live.textContent = text;
}

document.addEventListener("visibilitychange", listen);
listen();
