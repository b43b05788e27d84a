import type { Random } from './random.ts';

/** Something on the shelves. */
export interface Product {
  readonly product_id: string;
  readonly name: string;
  readonly category: Category;
  readonly price: number;
  /** Of what is used up: how long it lasts most people. */
  readonly lastsDays?: number;
}
export const categories = ['Kitchen', 'Living room', 'Bedroom', 'Bath', 'Garden'] as const;
export type Category = (typeof categories)[number];

const shelves: Readonly<Record<Category, readonly (readonly [name: string, price: number, lastsDays?: number])[]>> = {
  Kitchen: [
    ['Oak Bread Board', 34.95],
    ['Stoneware Mug, Sea Green', 14.95],
    ['Linen Tea Towels, Set of Three', 18.95],
    ['Cast Iron Skillet', 49.95],
    ['Enamel Coffee Pot', 39.95],
    ['Birch Salad Servers', 16.95],
    ['Pine Spice Rack', 28.95],
    ['Harbour Roast Coffee', 12.95, 24],
  ],
  'Living room': [
    ['Wool Throw, Fog', 79.95],
    ['Harbour Lantern', 44.95],
    ['Driftwood Candle Holder', 21.95],
    ['Felt Storage Basket', 32.95],
    ['Linen Cushion, Moss', 29.95],
    ['Pine Side Table', 119.95],
    ['Beeswax Candles, Set of Six', 18.95, 36],
  ],
  Bedroom: [
    ['Washed Linen Duvet Cover', 129.95],
    ['Sheepskin Rug', 89.95],
    ['Bedside Lamp, Ash', 64.95],
    ['Lavender Pillow Mist', 12.95, 60],
    ['Waffle Blanket', 54.95],
  ],
  Bath: [
    ['Hammam Towel', 24.95],
    ['Pine Tar Soap', 7.95, 40],
    ['Birch Bath Brush', 13.95],
    ['Cotton Bath Mat', 27.95],
  ],
  Garden: [
    ['Terracotta Herb Pots', 22.95],
    ['Copper Watering Can', 58.95],
    ['Fire Bowl', 99.95],
    ['Jute Doormat', 19.95],
    ['Bird House', 26.95],
  ],
};

/** All that Harbour & Pine sells. */
export const catalogue: readonly Product[] = categories.flatMap((category, shelf) =>
  shelves[category].map(([name, price, lastsDays], place) => ({
    product_id: `HP-${shelf + 1}${String(place + 1).padStart(2, '0')}`,
    name,
    category,
    price,
    ...(lastsDays !== undefined && { lastsDays }),
  })),
);

/** A product somebody would look at: mostly from their favourite shelf, and near what they usually spend. */
export function choose(random: Random, favourite: Category, purse: number): Product {
  const shelf = random.chance(0.6) ? favourite : undefined;
  return random.weighted(
    catalogue.map((product) => {
      const onShelf = shelf === undefined || product.category === shelf ? 1 : 0;
      return [product, onShelf * Math.exp(-Math.abs(Math.log(product.price / purse)))] as const;
    }),
  );
}

/** The page of a product in the shop. */
export const pageOf = (product: Product): string =>
  `/${product.category.toLowerCase().replace(' ', '-')}/${product.product_id.toLowerCase()}`;
