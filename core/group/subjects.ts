/** Of a due row: somebody is in another group than before, whose traits are to be read. */
export const groupsSubject = 'groups';
/** The same of whom a publication has brought to it: what is found is no news to journeys. */
export const quietGroupsSubject = 'groups:filled';
/** With what those begin by which the members of a group are looked at. */
export const walkSubject = 'group:';
