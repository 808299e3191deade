// While somebody writes: how many characters are left, and the text as screens will show it. Without this
// script the limit stands there, and the preview is of what is kept.
for (const form of document.querySelectorAll("form[data-left-one]")) {
  const number = new Intl.NumberFormat(document.documentElement.lang);
  for (const place of form.querySelectorAll(".left[data-of]")) {
    const field = form.elements.namedItem(place.dataset.of);
    field.addEventListener("input", () => {
      const left = field.maxLength - field.value.length;
      place.textContent =
        left === 1 ? form.dataset.leftOne : form.dataset.leftMany.replace("{count}", number.format(left));
    });
  }
  const preview = form.parentElement.querySelector(".preview");
  const lines = [...(preview?.querySelectorAll("[data-shows]") ?? [])];
  if (lines.length) {
    const heading = preview.querySelector("[data-later]");
    const show = () => {
      for (const line of lines) {
        const fields = line.dataset.shows.split(" ").map(name => form.elements.namedItem(name));
        line.textContent = fields.map(field => field.value.trim()).find(Boolean) ?? "";
      }
      heading.textContent = heading.dataset.later;
      preview.hidden = !lines.some(line => line.textContent);
    };
    form.addEventListener("input", show);
  }
}
