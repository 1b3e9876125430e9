/* The theme that the person has chosen in the archive's own pages. Runs before anything is drawn. */
"use strict";
(() => {
    const cookie = document.cookie.split("; ").find((each) => each.startsWith("theme="));
    const theme = cookie ? cookie.slice("theme=".length) : "";
    if (theme === "light" || theme === "dark") {
        document.documentElement.dataset.theme = theme;
    }
})();
