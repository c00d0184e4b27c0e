// Lists of what comes most often. A name is a client's text: it only ever becomes the text of a node.

// A node with its children, or its text.
export function node(name, className = "", ...content) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

// A text of two lines; the whole is its title.
export function clamped(className, text) {
  const made = node("span", className, text);
  made.title = text;
  return made;
}

function bar(entry, share) {
  const row = node("li", "");
  const fill = node("i", "");
  fill.setAttribute("aria-hidden", "true");
  fill.style.width = `${Math.min(100, share * 100).toFixed(1)}%`;
  const what = node("span", "what", entry.what);
  what.title = entry.what;
  row.append(fill, what, node("b", "", entry.text));
  if (entry.note) row.append(clamped("reason", entry.note));
  return row;
}

// `entries`: {what, count, text, note}. The bars are parts of the first one.
export function showBars(list, entries, none) {
  if (entries.length === 0) {
    list.replaceChildren(node("li", "none", none));
    return;
  }
  const most = Math.max(...entries.map((entry) => entry.count), 1e-9);
  list.replaceChildren(...entries.map((entry) => bar(entry, entry.count / most)));
}

// The extended error in words.
export function reasonOf(error, rcode = "") {
  if (!error) return rcode;
  return error.text ? `${error.name}: ${error.text}` : error.name;
}
