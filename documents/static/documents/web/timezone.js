/* Stores the browser's time zone in a cookie: from the next page on the server shows times in it. */
"use strict";
(() => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const cookie = `timezone=${zone}`;
    if (zone && !document.cookie.split("; ").includes(cookie)) {
        const secure = location.protocol === "https:" ? "; Secure" : "";
        document.cookie = `${cookie}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
    }
})();
