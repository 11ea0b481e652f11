// Sorting by the headings' buttons, and all of the page on paper. The page reads without it.
(function () {
  "use strict";

  // A cell's number where it has one, else its text; null where nothing is known.
  function valueOf(cell) {
    if (cell.dataset.v !== undefined) return Number(cell.dataset.v);
    var text = cell.textContent.trim();
    return text === "" || text === "-" ? null : text;
  }

  // What is not known comes last either way.
  function sort(table, column, direction) {
    var order = new Intl.Collator(document.documentElement.lang, { numeric: true });
    Array.prototype.forEach.call(table.tBodies, function (body) {
      var rows = Array.prototype.map.call(body.rows, function (row) {
        return [valueOf(row.cells[column]), row];
      });
      rows.sort(function (a, b) {
        var x = a[0], y = b[0];
        if (x === null || y === null) return (x === null) - (y === null);
        if (typeof x === "number" && typeof y === "number") return direction * (x - y);
        return direction * order.compare(String(x), String(y));
      });
      rows.forEach(function (each) { body.appendChild(each[1]); });
    });
  }

  document.querySelectorAll("table[data-sort]").forEach(function (table) {
    var headings = Array.prototype.slice.call(table.tHead.rows[0].cells);
    headings.forEach(function (heading, column) {
      var text = heading.textContent.trim();
      if (!text) return;
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      heading.textContent = "";
      heading.appendChild(button);
      button.addEventListener("click", function () {
        var number = heading.classList.contains("number");
        var now = heading.getAttribute("aria-sort");
        // Numbers begin with the largest, names with the first.
        var next = now ? (now === "ascending" ? "descending" : "ascending")
          : number ? "descending" : "ascending";
        headings.forEach(function (each) { each.removeAttribute("aria-sort"); });
        heading.setAttribute("aria-sort", next);
        sort(table, column, next === "ascending" ? 1 : -1);
      });
    });
  });

  var closed = [];
  window.addEventListener("beforeprint", function () {
    closed = Array.prototype.slice.call(document.querySelectorAll("details:not([open])"));
    closed.forEach(function (each) { each.open = true; });
  });
  window.addEventListener("afterprint", function () {
    closed.forEach(function (each) { each.open = false; });
  });
})();
