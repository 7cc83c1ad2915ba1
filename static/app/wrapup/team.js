/**
 * Who of the team has delivered, who is waiting, who had no tablet: as far as this tablet knows. Pure.
 *
 * A colleague's material counts as delivered when it has come here through the server; what this tablet
 * holds itself is known from its own ledger.
 *
 * @typedef {'finished' | 'delivering' | 'silent' | 'no-tablet'} MemberState
 * @typedef {{person: string, part: string, items: number, waiting: number, state: MemberState, own: boolean}} Member
 */

/**
 * @param {Record<string, any>} visit
 * @param {{doc: Record<string, any>, delivered: boolean}[]} readings
 * @param {string} me account id
 * @returns {Member[]}
 */
export function teamState(visit, readings, me) {
  const events = readings.map((reading) => reading.doc).filter((doc) => doc.type === 'event');
  const without = new Set(events.filter((event) => event.kind === 'no_tablet').map((event) => event.data?.person));
  const finished = new Set(events.filter((event) => event.kind === 'finished').map((event) => event.created_by));
  return (visit.team ?? []).map((/** @type {{person: string, part?: string}} */ member) => {
    const theirs = readings.filter((reading) => reading.doc.created_by === member.person && reading.doc.type !== 'visit');
    const waiting = member.person === me ? theirs.filter((reading) => !reading.delivered).length : 0;
    /** @type {MemberState} */
    let state = theirs.length ? 'delivering' : 'silent';
    if (without.has(member.person)) state = 'no-tablet';
    if (finished.has(member.person)) state = 'finished';
    return { person: member.person, part: member.part ?? '', items: theirs.length, waiting, state, own: member.person === me };
  });
}

/**
 * The colleagues whose material may be missing at sign-off.
 * @param {Member[]} team
 */
export function missing(team) {
  return team.filter((member) => !member.own && member.state !== 'finished').map((member) => member.person);
}
