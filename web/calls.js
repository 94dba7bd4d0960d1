// The calls of the API by name, and for each whether it may be sent twice. API document, operations 1 to 8; accounts,
// roles and what else can be done with associations as the README tells.
import { call } from "./api.js";
import { Lost } from "./errors.js";
import { clean } from "./rules.js";

/**
 * @typedef {{ uuid: string, name: string, active?: boolean }} Account
 * @typedef {{ uuid: string, first_name: string, last_name: string, email: string | null, phone: string | null,
 *   associated_accounts: Account[], active?: boolean }} Contact `active` is ours: the API tells it by filter only
 * @typedef {{ id: number, name: string }} Role
 * @typedef {{ contact_uuid: string, first_name: string, last_name: string, account_uuid: string, account_name: string,
 *   rol_id: number, rol_name: string }} Link
 * @typedef {{ signal?: AbortSignal, lane?: "front" | "back" }} How
 */

export const fullName = (contact) => `${contact.first_name} ${contact.last_name}`;

const read = (path, body, how) => call(path, body, { ...how, reads: true });

/** @param {object} filters @param {How} [how] @returns {Promise<{ data: Contact[], next_page: string | null }>} */
export const listContacts = (filters, how) => read("contacts/", { filters }, how);
/** @returns {Promise<{ data: Account[], next_page: string | null }>} */
export const listAccounts = (filters, how) => read("accounts/", { filters }, how);

/** Which of these are inactive; the lists tell it by filter only. @param {string[]} contacts @param {How} [how] */
export async function inactiveAmong(contacts, how) {
  const filters = { contacts, status: "inactive", page_size: 1000 };
  return new Set(contacts.length ? (await listContacts(filters, how)).data.map((contact) => contact.uuid) : []);
}

/** @returns {Promise<Contact>} */
export async function getContact(uuid, how) {
  const [{ data }, inactive] = await Promise.all([
    read("contacts/contact", { action: "get", uuid }, how),
    inactiveAmong([uuid], how),
  ]);
  return { ...data, active: !inactive.has(uuid) };
}
export const getAccount = async (uuid, how) => (await read("accounts/account", { action: "get", uuid }, how)).data;

const details = (values) => ({
  first_name: clean(values.first_name),
  last_name: clean(values.last_name),
  email: clean(values.email ?? "") || null,
  phone: clean(values.phone ?? "") || null,
});

/** Not to be sent twice: a `Lost` one is looked for first, by `findTwin`. @returns {Promise<string>} its UUID */
export const createContact = async (values, how) =>
  (await call("contacts/contact", { action: "create", ...details(values) }, how)).uuid;
/** What may be left out stays as it is now, so only what somebody changed is sent: others may have changed the rest. */
export function updateContact(contact, values, how) {
  const body = details(values);
  for (const name of ["email", "phone"]) if (body[name] === contact[name]) delete body[name];
  return call("contacts/contact", { action: "update", uuid: contact.uuid, ...body }, { ...how, again: true });
}

/** A contact exactly like this one: after a lost create, the sign that it was done. @returns {Promise<Contact | undefined>} */
export async function findTwin(values, how) {
  const wanted = details(values);
  const filters = { search: fullName(wanted), page_size: 1000 };
  const same = (contact) => Object.keys(wanted).every((key) => contact[key] === wanted[key]);
  return (await listContacts(filters, how)).data.findLast(same);
}

/**
 * Creates, and again after a lost connection if it was not done. For imports, where nobody is there to be asked. `Lost`
 * if it was stopped before one could know.
 */
export async function createSurely(values, how) {
  try {
    return await createContact(values, how);
  } catch (error) {
    if (!(error instanceof Lost)) throw error;
    const twin = await findTwin(values, how).catch((reason) => {
      throw how.signal?.aborted ? new Lost("error.stoppedLost") : reason;
    });
    return twin?.uuid ?? createSurely(values, how);
  }
}

/** @param {"inactivate" | "activate" | "delete"} action */
export const changeContact = (action, uuid, how) =>
  call("contacts/contact", { action, uuid }, { ...how, again: true, done: 4 });
export const changeAccount = (action, uuid, how) =>
  call("accounts/account", { action, uuid }, { ...how, again: true, done: 4 });

export const createAccount = async (name, how) =>
  (await call("accounts/account", { action: "create", name: clean(name) }, how)).uuid;
/** An account of exactly this name: after a lost create, the sign that it was done. @returns {Promise<Account | undefined>} */
export const findAccount = async (name, how) =>
  (await listAccounts({ search: name, page_size: 1000 }, how)).data.findLast(
    (account) => account.name === clean(name),
  );
export const renameAccount = (uuid, name, how) =>
  call("accounts/account", { action: "update", uuid, name: clean(name) }, { ...how, again: true });

/** @param {"contact_uuid" | "account_uuid"} side @returns {Promise<{ data: Link[], next_page: string | null }>} */
export const listLinks = (side, uuid, page, how) =>
  read("contacts/associations", { action: "list", [side]: uuid, page, page_size: 100 }, how);
const pair = (contact, account, role) => ({ contact_uuid: contact, account_uuid: account, rol_id: role });
export const associate = (contact, account, role, how) =>
  call("contacts/associate-account", pair(contact, account, role), { ...how, again: true, done: 8 });
export const changeRole = (contact, account, role, how) =>
  call("contacts/associations", { action: "change-role", ...pair(contact, account, role) }, { ...how, again: true });
export const dissociate = (contact, account, how) =>
  call("contacts/dissociate-account", pair(contact, account), { ...how, again: true, done: 100 });

/** @returns {Promise<Role[]>} */
export const listRoles = async (how) => (await read("roles/", {}, how)).data;
export const createRole = async (name, how) =>
  (await call("roles/role", { action: "create", name: clean(name) }, how)).id;
export const renameRole = (id, name, how) =>
  call("roles/role", { action: "update", id, name: clean(name) }, { ...how, again: true });
export const deleteRole = (id, how) =>
  call("roles/role", { action: "delete", id }, { ...how, again: true, done: 101 });
