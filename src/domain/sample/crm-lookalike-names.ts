/** Invented names for the CRM lookalike: none is a company or a person. */

/** Product, series, list price. */
export const PRODUCT_ROWS = [
  ['ZRK Basic', 'ZRK', 540],
  ['ZRK Pro', 'ZRK', 4790],
  ['ZRK Plus Basic', 'ZRK', 1110],
  ['ZRK Plus Pro', 'ZRK', 5520],
  ['VN Special', 'VN', 60],
  ['VN Advanced', 'VN', 3410],
  ['ZRT 900', 'ZRT', 26_400],
] as const

/** The product that the pipeline writes in one word. */
export const UNSPACED_PRODUCT = 'ZRK Pro'

/** Agent, manager, regional office. */
export const AGENT_ROWS = [
  ['Adela Wexcombe', 'Odette Carrowick', 'Central'],
  ['Bram Fenwright', 'Odette Carrowick', 'Central'],
  ['Calla Jarrowin', 'Odette Carrowick', 'Central'],
  ['Darius Hexley', 'Odette Carrowick', 'Central'],
  ['Ei-Lin Ormsbeck', 'Odette Carrowick', 'Central'],
  ['Farah Kellaby', 'Magnus Stanmarch', 'East'],
  ['Gideon Larkhill', 'Magnus Stanmarch', 'East'],
  ['Hana Dallimore', 'Magnus Stanmarch', 'East'],
  ['Ivo Quillane', 'Magnus Stanmarch', 'East'],
  ['Jamila Rowanduke', 'Magnus Stanmarch', 'East'],
  ['Kamal Thackerell', 'Selma Imberley', 'West'],
  ['Linnea Mcabernel', 'Selma Imberley', 'West'],
  ['Matteo Gilderson', 'Selma Imberley', 'West'],
  ['Nadia Whitlowe', 'Selma Imberley', 'West'],
  ['Omar Pemberlin', 'Selma Imberley', 'West'],
  ['Paloma Strandell', 'Viktor Achterby', 'East'],
  ['Quentin Yarrowell', 'Viktor Achterby', 'East'],
  ['Ramona Bellovar', 'Viktor Achterby', 'East'],
  ['Soren Castelmar', 'Selma Imberley', 'West'],
  ['Thea Moncrest', 'Odette Carrowick', 'Central'],
] as const

/** Account, sector, office location, parent account. `technolgy` and `Philipines` are misspelt as real exports are. */
const ACCOUNTS = `
Quorvane Industries|technolgy|United States|
Bexolin|medical|United States|
Tarvotech|technolgy|United States|Quorvane Industries
Mirabolt|retail|United States|
Halvern & Co|retail|United States|
Ostrafin|finance|United States|
Pelluxo|software|United States|
Grandoline Foods|retail|Italy|
Lumotrax|technolgy|Norway|
Vexaphone|telecommunications|United States|
Trundlecom|telecommunications|United States|Vexaphone
Sorbidex|medical|Philipines|
Kaldomed|medical|United States|
Wexfen-zam|services|Brazil|Halvern & Co
Jobbrindle|employment|United States|
Staffornia|employment|United States|
Marketrune|marketing|United States|
brightquill|marketing|United States|
Redthorne Media|entertainment|United States|
Plumecast|entertainment|United States|Redthorne Media
Ozkaline|software|Korea|
Drexomatic|technolgy|Panama|Quorvane Industries
Fundaverre|finance|United States|Ostrafin
Goldmarrow Capital Partners|finance|United States|Ostrafin
Green-Tovar|services|United States|
Nankodex|retail|Japan|
Zintarion|technolgy|China|
Y-stanholm|employment|United States|
Corvilex|medical|Kenya|
Tessagroove|retail|Belgium|
The Old Harbor Ledger|entertainment|United States|
Umbrastone|finance|United States|
Silvatrade|retail|Romania|
Hexlandia|software|United States|Pelluxo
Rondo-fex|marketing|Poland|
Koplanix|medical|Germany|
`

function parseAccount(line: string): readonly [string, string, string, string] {
  const [account = '', sector = '', location = '', parent = ''] = line.split('|')
  return [account, sector, location, parent]
}

export const ACCOUNT_ROWS = ACCOUNTS.trim().split('\n').map(parseAccount)
