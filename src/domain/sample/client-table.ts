export type Segment = 'Enterprise' | 'Mid-market' | 'Small portfolio'

/** A property manager as the generators see it, before deals have given it a contract value. */
export interface ClientEntry {
  readonly slug: string
  readonly name: string
  readonly segment: Segment
  /** Territory of the owning rep: region letter and position. */
  readonly territory: string
  /** Days since the contract began; null: not a client yet. */
  readonly sinceAgo: number | null
  readonly parentSlug: string | null
}

const SEGMENTS: Readonly<Record<string, Segment>> = { E: 'Enterprise', M: 'Mid-market', S: 'Small portfolio' }

/** slug | name | segment | territory | days since the contract began (empty: prospect) | parent slug */
const TABLE = `
maple-ridge|Maple Ridge Apartment Homes|M|W1|1415|
alder-point|Alder Point Residential|M|W1|1502|
cascade-terrace|Cascade Terrace Management|S|W1|612|
silverfern|Silverfern Communities|E|W1|2210|
tamarack-row|Tamarack Row Rentals|S|W1|411|
lantern-hill|Lantern Hill Property Group|M|W1||
obsidian-creek|Obsidian Creek Living|S|W1|1290|
windrose|Windrose Student & Workforce Housing Cooperative of the West|S|W1||
osprey-landing|Osprey Landing Communities|M|W2|905|
kestrel-bay|Kestrel Bay Communities|E|W2|1771|
painted-mesa|Painted Mesa Apartments|S|W2|283|
juniper-hollow|Juniper Hollow Living|M|W2|1233|
redstone-arch|Redstone Arch Residential|S|W2|1640|
saltgrass|Saltgrass Property Management|M|W2|534|
quailwood|Quailwood Homes|S|W2||
high-desert|High Desert Multifamily Advisors|S|W2|874|
northlake|Northlake Living|M|C1|1130|
prairie-lantern|Prairie Lantern Housing|S|C1|455|
brackenfield|Brackenfield & Ostrander Affordable Housing Management Group|E|C1|2544|
cornerstone-elm|Cornerstone Elm Residential|M|C1|1390|
flintwater|Flintwater Rentals|S|C1||
millrace|Millrace Property Partners|M|C1|688|
tallgrass|Tallgrass Commons|S|C1|1024|
three-rivers|Three Rivers & Hollis Apartment Communities|M|C1||
copper-vale|Copper Vale Management|M|C2|1588|
dunmore-oaks|Dunmore Oaks Residential Trust|E|C2|1945|
foxglove|Foxglove Court Homes|S|C2|366|
ironwood-lofts|Ironwood Lofts|S|C2|1205|
lakehouse-row|Lakehouse Row Property Services|M|C2|577|
meadowmere|Meadowmere Communities|M|C2|952|
stonebridge-yard|Stonebridge Yard Apartments|S|C2||
whitetail|Whitetail Housing Partners|S|C2|1477|
summerfold|Summerfold Holdings|E|S1||
bellfern|Bellfern Residential|M|S1|1068|
cypress-gate|Cypress Gate Apartments|S|S1|323|
gulfmoor|Gulfmoor Property Management|E|S1|2032|
magnolia-yard|Magnolia Yard Homes|S|S1|1356|
pelican-row|Pelican Row Living|M|S1|641|
sweetbay|Sweetbay Rentals|S|S1|830|gulfmoor
tupelo-crossing|Tupelo Crossing Communities|M|S1||
graywater|Graywater Property Partners|E|S2|1699|
azalea-park|Azalea Park Residential|S|S2|489|
catalpa|Catalpa Street Housing|S|S2|1110|
hickory-bend|Hickory Bend Multifamily|M|S2|1256|
live-oak-lane|Live Oak Lane Management Company|M|S2|761|
moss-and-main|Moss & Main Apartments|S|S2||
palmetto-works|Palmetto Works|E|S2|2301|
riverbend-twelve|Riverbend Twelve|S|S2|395|
harborlamp|Harborlamp Communities|E|E1|1834|
beacon-row|Beacon Row Apartments|S|E1|1015|harborlamp
cranberry-hill|Cranberry Hill Residential|M|E1|512|
granite-cove|Granite Cove Management|M|E1|1321|
old-mill-yard|Old Mill Yard|S|E1||
thistledown|Thistledown Housing Trust|E|E1|2420|
wharf-and-lane|Wharf & Lane Rentals|S|E1|1444|
ashgrove|Ashgrove Living|M|E2|1177|
birchwater|Birchwater Property Group|E|E2|1560|
clocktower|Clocktower Square Homes|S|E2|438|
hudson-fold|Hudson Fold Residential|M|E2|2105|
steeplechase|Steeplechase Commons|S|E2||
`

function parseEntry(line: string): ClientEntry {
  const [slug = '', name = '', segment = '', territory = '', since = '', parent = ''] = line.split('|')
  return {
    slug,
    name,
    segment: SEGMENTS[segment] ?? 'Small portfolio',
    territory,
    sinceAgo: since === '' ? null : Number(since),
    parentSlug: parent === '' ? null : parent,
  }
}

/** Sixty invented property managers: 11 enterprises, 22 of the mid-market, 27 small portfolios. */
export const CLIENT_TABLE: readonly ClientEntry[] = TABLE.trim().split('\n').map(parseEntry)
