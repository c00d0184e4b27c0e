// Asks ternd for JSON. If it wants a token, the tab asks its reader once and keeps it.

const PLACE = "tern-token";

export class TokenNeeded extends Error {}

function headers() {
  const token = sessionStorage.getItem(PLACE);
  // The first one shows ternd that no page of another origin asks: such a page may not set it.
  return token ? { "Tern-Page": "1", Authorization: `Bearer ${token}` } : { "Tern-Page": "1" };
}

function showForm(wrong) {
  const form = document.getElementById("token-form");
  const was_hidden = form.hidden;
  form.hidden = false;
  document.getElementById("token-wrong").hidden = !wrong;
  if (was_hidden) document.getElementById("token").focus();
}

// Throws TokenNeeded, or an Error whose message is for the reader.
export async function ask(path, timeout_ms) {
  const had_token = sessionStorage.getItem(PLACE) !== null;
  const response = await fetch(path, { headers: headers(), cache: "no-store", signal: AbortSignal.timeout(timeout_ms) });
  if (response.status === 401) {
    sessionStorage.removeItem(PLACE);
    showForm(had_token);
    throw new TokenNeeded("a token is needed");
  }
  if (!response.ok) throw new Error((await response.text()).trim() || `status ${response.status}`);
  return response.json();
}

// `then` is called when there is a token to try.
export function connectToken(form, then) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const field = document.getElementById("token");
    sessionStorage.setItem(PLACE, field.value.trim());
    field.value = "";
    form.hidden = true;
    then();
  });
}
