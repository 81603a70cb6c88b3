// What every page does by script, and can do without: the menu of a narrow screen, and buttons that copy code.
const menu = document.querySelector("#menu");
const button = document.querySelector("#menu-button");
button.hidden = false;
document.documentElement.classList.add("scripted");
button.addEventListener("click", () => {
  const open = menu.classList.toggle("open");
  button.setAttribute("aria-expanded", String(open));
});

for (const figure of document.querySelectorAll("figure.code")) {
  if (!navigator.clipboard) break;
  const copy = document.createElement("button");
  copy.type = "button";
  copy.className = "copy";
  copy.textContent = "Copy";
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(figure.querySelector("pre").textContent);
      copy.textContent = "Copied";
    } catch {
      copy.textContent = "Not allowed";
    }
    setTimeout(() => (copy.textContent = "Copy"), 2000);
  });
  figure.querySelector("figcaption").append(copy);
}
