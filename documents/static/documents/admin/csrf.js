/* After a new log-in in another tab there is a new CSRF token, while pages opened before still have
 * the old one in their forms. So every request takes the token from the cookie. */
"use strict";

function csrfToken(form) {
    // Of several cookies with this name the server uses the last.
    const cookie = document.cookie.split("; ").findLast((text) => text.startsWith("csrftoken="));
    return cookie?.slice("csrftoken=".length) || form.elements.csrfmiddlewaretoken.value;
}

document.addEventListener("submit", ({target}) => {
    const field = target.elements.csrfmiddlewaretoken;
    if (field) {
        field.value = csrfToken(target);
    }
}, true);
