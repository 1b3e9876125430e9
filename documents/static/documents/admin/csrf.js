/* Whoever logs in again in another tab has a new CSRF token, and the pages that were open before
 * still have the old one in their forms. So what is sent takes the token from the cookie. */
"use strict";

function csrfToken(form) {
    // Of several with that name the server takes the last.
    const cookie = document.cookie.split("; ").findLast((text) => text.startsWith("csrftoken="));
    return cookie?.slice("csrftoken=".length) || form.elements.csrfmiddlewaretoken.value;
}

document.addEventListener("submit", ({target}) => {
    const field = target.elements.csrfmiddlewaretoken;
    if (field) {
        field.value = csrfToken(target);
    }
}, true);
