/** The simulator's hooks over HTTP. */

/** POST a hook; resolves with its answer, rejects with the simulator's own words. */
export async function post(hook, body = {}) {
  let response;
  try {
    response = await fetch(`/sim/${hook}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error("The simulator does not answer");
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok || !answer?.ok) {
    throw new Error(answer?.error ? String(answer.error).slice(0, 300) : `The simulator answered ${response.status}`);
  }
  return answer;
}

/** GET a hook; null while the simulator does not answer, which the link shows anyway. */
export async function get(hook) {
  try {
    const response = await fetch(`/sim/${hook}`);
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}
