// Says the unit of the smallest change beside its field, for the outcome that is chosen.

const outcome = document.querySelector("#outcome");
const delta = document.querySelector("#delta");

if (outcome && delta) {
  const units = new Map(
    [...document.querySelectorAll(".units [data-outcome]")].map((each) => [
      each.dataset.outcome,
      each.textContent,
    ]),
  );
  const unit = document.createElement("span");
  unit.className = "unit";
  unit.id = "delta-unit";
  delta.after(" ", unit);
  delta.setAttribute("aria-describedby", `${delta.getAttribute("aria-describedby") ?? ""} delta-unit`.trim());
  const tell = () => {
    unit.textContent = units.get(outcome.value) ?? "";
  };
  outcome.addEventListener("change", tell);
  tell();
}
