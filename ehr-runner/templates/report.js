(function () {
  document.querySelectorAll("table.sorts").forEach(function (table) {
    var body = table.tBodies[0];
    table.querySelectorAll("thead th").forEach(function (head, at) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.textContent = "";
      head.appendChild(button);
      button.addEventListener("click", function () {
        var down = head.getAttribute("aria-sort") !== "descending";
        table.querySelectorAll("thead th").forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        var rows = Array.prototype.slice.call(body.rows);
        rows.sort(function (a, b) {
          var x = a.cells[at], y = b.cells[at];
          var order = x.dataset.n !== undefined ? Number(x.dataset.n) - Number(y.dataset.n) : x.textContent.localeCompare(y.textContent);
          return down ? -order : order;
        });
        rows.forEach(function (row) { body.appendChild(row); });
      });
    });
  });
  document.querySelectorAll("input[data-filters]").forEach(function (box) {
    box.addEventListener("input", function () {
      var wanted = box.value.trim().toLowerCase();
      Array.prototype.forEach.call(document.getElementById(box.dataset.filters).tBodies[0].rows, function (row) {
        row.classList.toggle("hidden", row.textContent.toLowerCase().indexOf(wanted) < 0);
      });
    });
  });
})();
