// How what is drawn is made. Text nodes only: nothing that an answer says can become markup.

export function make(tag, part) {
  const element = document.createElement(tag);
  element.setAttribute("part", part);
  if (tag === "button") element.type = "button";
  return element;
}

export function fill(node, text) {
  node.textContent = text;
  node.hidden = !text;
}
