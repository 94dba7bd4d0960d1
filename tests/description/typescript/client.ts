// What a front end does, through a client that is generated from the description. The compiler checks it, too: lines
// below "@ts-expect-error" must not compile.

import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Schemas = components["schemas"];

const { CONTACTS_URL: baseUrl, CONTACTS_TOKEN: token } = process.env;
assert(baseUrl && token);
const api = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });

// One action of those that share a path: its own members are required, and no others.
async function create(first_name: string, last_name: string, email?: string): Promise<string> {
  const { data, error } = await api.POST("/api/sales/contacts/contact", {
    body: { action: "create", first_name, last_name, email: email ?? null },
  });
  assert(!error && data && "message" in data, JSON.stringify(error));
  assert(data.message === "Contact created successfully");
  // Told apart by its message, the answer has what a creation has.
  assert.deepEqual(data.data, { first_name, last_name, email: email ?? null, phone: null });
  return data.uuid;
}

const ana = await create("Ana", "Núñez", "ana@example.com");
const others = [await create("José", "Paz"), await create("Eva", "Gil"), await create("Leo", "Nunez")];

// @ts-expect-error: a contact needs a last name
const noLastName: Schemas["CreateContact"] = { action: "create", first_name: "Ana" };
// @ts-expect-error: there is no such action
const noAction: Schemas["DeleteContact"] = { action: "remove", uuid: ana };
void api.POST("/api/sales/contacts/contact", {
  // @ts-expect-error: the same in a call, where the action decides which members there must be
  body: { action: "create", first_name: "Ana" },
});
void [noLastName, noAction];

// A list, a page at a time. Only the whole form has pages.
async function list(filters: NonNullable<Schemas["ListContacts"]["filters"]>): Promise<Schemas["Contact"][]> {
  const rows: Schemas["Contact"][] = [];
  let page: string | null = null;
  do {
    const { data, error }: { data?: Schemas["ContactPage"] | Schemas["ContactNameList"]; error?: unknown } =
      await api.POST("/api/sales/contacts/", { body: { filters: { ...filters, page } } });
    assert(data && "next_page" in data, JSON.stringify(error));
    rows.push(...data.data);
    page = data.next_page;
  } while (page !== null);
  return rows;
}

const names = (rows: { first_name: string }[]) => rows.map((row) => row.first_name);
assert.deepEqual(names(await list({ page_size: 2 })), ["Ana", "José", "Eva", "Leo"]);
assert.deepEqual(names(await list({ search: "nunez" })), ["Ana", "Leo"]);
assert.deepEqual(names(await list({ search: "nuñez", contacts: [ana, ...others] })), ["Ana"]);
// @ts-expect-error: a status that there is not
void (() => list({ status: "deleted" }));

const lite = await api.POST("/api/sales/contacts/", { body: { action: "lite" } });
assert(lite.data && !("next_page" in lite.data));
assert.deepEqual(lite.data.data[0], { uuid: ana, first_name: "Ana", last_name: "Núñez" });

const update = await api.POST("/api/sales/contacts/contact", {
  body: { action: "update", uuid: ana, first_name: "Ana", last_name: "Paz", phone: "+34 600" },
});
assert(update.data && "data" in update.data && "phone" in update.data.data);
assert.equal(update.data.data.phone, "+34 600");

// An account, and the contact associated with it.
const account = await api.POST("/api/sales/accounts/account", { body: { action: "create", name: "Acme Corp" } });
assert(account.data && "uuid" in account.data);
const pair = { contact_uuid: ana, account_uuid: account.data.uuid };
const roles = await api.POST("/api/sales/roles/", { body: {} });
const role = roles.data?.data[0];
assert(role);
const associated = await api.POST("/api/sales/contacts/associate-account", { body: { ...pair, rol_id: role.id } });
assert.equal(associated.data?.message, "Contact associated to account successfully");
assert.deepEqual(names(await list({ accounts: [pair.account_uuid] })), ["Ana"]);

const got = await api.GET("/api/sales/contacts/contact", { params: { query: { uuid: ana } } });
assert(got.data);
assert(got.data.data.id >= 1);
assert.deepEqual(got.data.data.associated_accounts, [{ uuid: pair.account_uuid, name: "Acme Corp" }]);
assert.equal(got.data.data.email, "ana@example.com");

// A call that is refused: the codes that it may have are known, and each has its texts.
const again = await api.POST("/api/sales/contacts/associate-account", { body: { ...pair, rol_id: role.id } });
assert(again.error);
switch (again.error.code) {
  case 8:
    assert.equal(again.error.info satisfies "Association already exists", "Association already exists");
    break;
  // @ts-expect-error: this call is not refused with that code
  case 102:
  default:
    assert.fail(again.error.info);
}
assert.equal(again.response.status, 400);
assert(again.response.headers.get("x-request-id"));

const links = await api.POST("/api/sales/contacts/associations", { body: { action: "list", contact_uuid: ana } });
assert(links.data && "data" in links.data);
assert.equal(links.data.data[0]?.rol_name, role.name);
// @ts-expect-error: of a contact or of an account, not of both
const both: Schemas["ListAssociations"] = { action: "list", ...pair };
void both;

for (const action of ["inactivate", "activate", "delete"] as const) {
  const { data, error } = await api.POST("/api/sales/contacts/contact", { body: { action, uuid: ana } });
  assert(data && "message" in data, JSON.stringify(error));
  assert.match(data.message, new RegExp(`^Contact ${action}d successfully$`));
  const twice = await api.POST("/api/sales/contacts/contact", { body: { action, uuid: ana } });
  assert(twice.error?.code === 4);
}
assert.deepEqual(names(await list({})), ["José", "Eva", "Leo"]);

const stranger = createClient<paths>({ baseUrl });
const unauthorized = await stranger.POST("/api/sales/contacts/");
assert(unauthorized.error?.code === 2 && unauthorized.error.info === "Unauthorized");
console.log("every call was answered as described");
