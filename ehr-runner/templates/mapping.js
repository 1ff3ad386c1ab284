(function () {
  var box = document.getElementById("filter");
  var none = document.getElementById("none");
  box.addEventListener("input", function () {
    var wanted = box.value.trim().toLowerCase();
    var shown = 0;
    document.querySelectorAll("section[data-table]").forEach(function (section) {
      var whole = section.dataset.table.toLowerCase().indexOf(wanted) >= 0;
      var any = false;
      section.querySelectorAll(".column").forEach(function (column) {
        var fits = whole || column.textContent.toLowerCase().indexOf(wanted) >= 0;
        column.classList.toggle("hidden", !fits);
        any = any || fits;
      });
      section.classList.toggle("hidden", !(any || whole));
      shown += any || whole ? 1 : 0;
    });
    none.classList.toggle("hidden", shown > 0);
  });
})();
