import type { Random } from './random.ts'

const FIRST_NAMES =
  'Adela Amira Anders Aniko Bastian Beatriz Bram Calla Camille Cedric Chidi Corin Dalia Darius Delphine Edda Elias Elodie Emeka Esme Farah Felix Fiona Gideon Greta Hakim Hana Henrik Ilse Imani Ingrid Isaac Ivo Jamila Joaquin Jonas Kaia Kamal Kerstin Lachlan Leila Leon Linnea Lucia Magnus Mara Marisol Matteo Mina Nadia Nils Noor Odette Omar Orla Paloma Pascal Petra Priya Quentin Rafael Ramona Ravi Renata Rosa Ruben Sabine Samir Selma Soren Tamsin Tariq Thea Tobias Uma Valerie Viktor Wanda Xenia Yara Yusuf Zelda'.split(
    ' ',
  )
const LAST_NAMES =
  'Abernel Achterby Ambrosh Ardwell Asquin Baldrow Barnaquez Bellovar Birchane Boldizar Bramlow Calderwin Carrowick Castelmar Corvane Cressley Dallimore Danvers-Oake Delacroy Dornfeld Drummel Ellersby Escarra Fairbrook Farrowell Fenwright Galbrane Garrowby Gilderson Greaveson Hallomond Harrowgate Hexley Hollinbrook Imberley Jarrowin Jessamond Kellaby Kestwick Kilbrannon Lamberose Larkhill Lindqvar Lorrimond Maddowell Marchetta Merriweth Moncrest Nakadara Narvelle Norrington-Bay Oakhurst Okonjira Ormsbeck Palomarez Pemberlin Pickerow Quillane Rademont Ravensby Rosenquill Rowanduke Sandovale Seabrooke Silverane Stanmarch Strandell Tallowick Thackerell Thornbury Ulverstone Vallomar Vanterpol Venkatara Wainscott Wexcombe Whitlowe Winterbourn Yarrowell Zambretti'.split(
    ' ',
  )

/** Gives invented people, none of them twice and none of those already `taken`. */
export function createPersonNames(random: Random, taken: readonly string[]): () => string {
  const given = new Set<string>(taken)
  return () => {
    let name = ''
    do name = `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)}`
    while (given.has(name))
    given.add(name)
    return name
  }
}

/** `Imani Rosenquill` at `maple-ridge.example`: `imani.rosenquill@maple-ridge.example`; the domain can never exist (RFC 6761). */
export function emailOf(name: string, domain: string): string {
  return `${name.toLowerCase().replaceAll(' ', '.')}@${domain}.example`
}
