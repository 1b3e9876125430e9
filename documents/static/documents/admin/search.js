/* The search page's keys. */
"use strict";
(() => {
    const box = document.getElementById("q");
    const links = [...document.querySelectorAll(".result h2 a")];

    document.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) {
            return;
        }
        if (event.key === "/") {
            event.preventDefault();
            box.focus();
            box.select();
        } else if (event.key === "j" || event.key === "k") {
            const at = links.indexOf(document.activeElement);
            const next = event.key === "j" ? at + 1 : Math.max(at, 1) - 1;
            links[Math.min(next, links.length - 1)]?.focus();
        }
    });
})();
