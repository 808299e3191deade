// Counting by hand with one thumb: large buttons beside the fields, which stay plain fields; the
// count survives a reload, and the clock on the page runs by the collector's.

const KEPT = "pasperdus-count-";
const REFRESH_MS = 5000; // while the node still sends what it counted
const MINUTE_MS = 60_000;

function keepCount(form) {
  const name = KEPT + form.dataset.kept;
  const inputs = [...form.querySelectorAll(".counter input")];
  const counts = () => inputs.map((input) => input.value);

  try {
    const kept = JSON.parse(sessionStorage.getItem(name) ?? "[]");
    if (form.querySelector(".summary") === null && kept.length === inputs.length) {
      inputs.forEach((input, n) => {
        input.value = kept[n];
      });
    }
  } catch (error) {
    console.info(error); // a browser may keep nothing: the fields are there all the same
  }
  return () => {
    try {
      sessionStorage.setItem(name, JSON.stringify(counts()));
    } catch (error) {
      console.info(error);
    }
  };
}

function button(text, label, kind, onPress) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = kind;
  made.textContent = text;
  made.setAttribute("aria-label", `${text} ${label}`); // what is read begins with what is seen
  made.addEventListener("click", onPress);
  return made;
}

function addButtons(counter, keep) {
  const input = counter.querySelector("input");
  const label = counter.querySelector("label").textContent;
  const said = document.createElement("p");
  said.className = "unseen";
  said.setAttribute("role", "status");
  const add = (step) => {
    const now = /^\d+$/.test(input.value) ? Number(input.value) : 0;
    input.value = String(Math.max(0, now + step));
    said.textContent = `${label} ${input.value}`;
    keep();
  };
  counter.append(
    button("+", label, "count-more", () => add(1)),
    button("−", counter.dataset.less, "count-less second", () => add(-1)),
    said,
  );
  input.addEventListener("input", keep);
  counter.classList.add("has-buttons");
}

function runClock(elapsed, over) {
  const { start, now, minutes, text, over: done } = elapsed.dataset;
  const openedAt = performance.now();
  const begunMs = Number(now) - Number(start);
  const show = () => {
    const ms = begunMs + performance.now() - openedAt;
    const whole = Math.floor(ms / 1000);
    const clock = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
    elapsed.textContent = text.replace("{clock}", clock);
    if (ms >= Number(minutes) * MINUTE_MS && over.textContent === "") {
      over.textContent = done;
      over.className = "says";
    }
  };
  show();
  setInterval(show, 1000);
}

const form = document.querySelector("form.counting");
if (form !== null) {
  const keep = keepCount(form);
  for (const counter of form.querySelectorAll(".counter")) addButtons(counter, keep);
  runClock(document.getElementById("elapsed"), document.getElementById("over"));
}
if (document.querySelector("[data-incomplete]") !== null) {
  setTimeout(() => location.reload(), REFRESH_MS);
}
