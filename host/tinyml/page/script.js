// SPDX-License-Identifier: MIT
"use strict";
const all = (what, where = document) => [...where.querySelectorAll(what)];

// Which plan the tables are of.
all("nav button").forEach((button) => button.addEventListener("click", () => {
  document.body.dataset.plan = button.dataset.plan;
  all("nav button").forEach((other) => other.setAttribute("aria-pressed", other === button));
}));

// What a block of a memory map is: said below it while it is pointed at or touched.
all(".map").forEach((map) => {
  const readout = map.querySelector(".readout"), usual = readout.textContent;
  let kept = null;
  const tell = (block) => {
    all(".on", map).forEach((other) => other.classList.remove("on"));
    if (block) { block.classList.add("on"); }
    readout.textContent = block ? block.getAttribute("aria-label") : usual;
  };
  const near = (event) => event.target.closest(".block");
  map.addEventListener("pointerover", (event) => tell(near(event) || kept));
  map.addEventListener("pointerleave", () => tell(kept));
  map.addEventListener("focusin", (event) => tell(near(event)));
  map.addEventListener("click", (event) => {
    kept = near(event) === kept ? null : near(event);
    tell(kept);
  });
});

// Tables are sorted by the column whose head is clicked, numbers from the largest.
const value = (row, column) => {
  const cell = row.cells[column], text = cell.dataset.value || cell.textContent.trim();
  return text !== "" && isFinite(text) ? Number(text) : text;
};
const compare = (a, b) => typeof a === typeof b ? (a < b ? -1 : a > b) : typeof a === "number" ? 1 : -1;
all(".sortable").forEach((table) => {
  const heads = all("th", table), body = table.tBodies[0];
  heads.forEach((head, column) => head.addEventListener("click", () => {
    const rows = [...body.rows], before = head.getAttribute("aria-sort");
    const number = typeof value(rows[0], column) === "number" && column > 0;
    const down = before ? before === "ascending" : number;
    heads.forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    rows.sort((a, b) => (down ? -1 : 1) * compare(value(a, column), value(b, column)));
    body.append(...rows);
  }));
});

// The run, moment by moment: a moment is [op, share of the time, bytes, [[tensor, from, to], ...]].
const amount = (bytes) => bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(1)} KiB`;
all(".run").filter((run) => run.querySelector(".scrub")).forEach((run) => {
  const moments = JSON.parse(run.querySelector("script").textContent);
  const slider = run.querySelector("input"), output = run.querySelector("output");
  const sheets = new Map(all(".sheet", run).map((sheet) => [Number(sheet.dataset.tensor), sheet]));
  const show = () => {
    const [op, time, bytes, held] = moments[slider.value];
    sheets.forEach((sheet) => {
      sheet.dataset.state = op < sheet.dataset.first ? "ahead" : op > sheet.dataset.last ? "gone" : "here";
      sheet.classList.toggle("fires", Number(sheet.dataset.op) === op);
      sheet.style.setProperty("--from", 0);
      sheet.style.setProperty("--to", 0);
    });
    held.forEach(([tensor, from, to]) => {
      const sheet = sheets.get(tensor);
      sheet.style.setProperty("--from", from);
      sheet.style.setProperty("--to", to);
    });
    output.textContent = `op ${op} fires, ${Math.round(100 * time)} % of the time is over, ${amount(bytes)} wanted`;
  };
  slider.addEventListener("input", show);
  const play = run.querySelector(".play");
  let timer = 0;
  const stop = () => { clearInterval(timer); timer = 0; play.textContent = "▶"; };
  play.addEventListener("click", () => {
    if (timer) { return stop(); }
    if (slider.value === slider.max) { slider.value = 0; }
    play.textContent = "❚❚";
    timer = setInterval(() => {
      slider.stepUp();
      show();
      if (slider.value === slider.max) { stop(); }
    }, 80);
  });
  show();
});
