// Shows the API's description. Requests that are tried out go with the session, or with a token.

const place = document.getElementById("docs");

const csrfToken = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";

// The theme that the person chose in the archive, else that of the device.
const deviceIsDark = window.matchMedia("(prefers-color-scheme: dark)");
const chosenTheme = document.cookie.match(/(?:^|; )theme=(light|dark)/)?.[1];
const showTheme = () => {
    const dark = chosenTheme ? chosenTheme === "dark" : deviceIsDark.matches;
    document.documentElement.classList.toggle("dark-mode", dark);
    document.documentElement.style.colorScheme = dark ? "dark" : "light";
};
deviceIsDark.addEventListener("change", showTheme);
showTheme();

window.SwaggerUIBundle({
    url: place.dataset.schema,
    domNode: place,
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    persistAuthorization: false,
    validatorUrl: null,
    requestInterceptor: (request) => {
        if (!["GET", "HEAD"].includes(request.method)) request.headers["X-CSRFToken"] = csrfToken();
        return request;
    },
});
