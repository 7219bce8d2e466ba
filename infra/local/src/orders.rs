//! Generated order records: the demo's and the benchmark's input.

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

/// How large an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Flat, 68 bytes on average.
    Small,
    /// A customer, an address and an array of items; 855 bytes on average.
    Large,
}

/// Orders of a shop, one after the other, as JSON. The same shape and seed always give the same orders.
///
/// ```
/// use local::orders::{Orders, Shape};
///
/// let mut orders = Orders::new(Shape::Small, 7);
/// let mut value = Vec::new();
/// orders.next(&mut value);
/// assert!(value.starts_with(br#"{"order_id":1000000,"customer":"#));
/// assert!(orders.key().starts_with("c-"));
/// ```
#[derive(Debug, Clone)]
pub struct Orders {
    shape: Shape,
    random: Rng,
    order_id: u64,
    customer: u32,
    created_at: Timestamp,
}

/// 2026-11-02 08:00 in UTC.
const FIRST_ORDER: Timestamp = Timestamp::constant(1_793_606_400, 0);
/// The shop's regular customers: few enough that each comes back, so that keys repeat.
const CUSTOMERS: u32 = 9_999;
const MEAN_GAP_MILLISECONDS: i64 = 400;

impl Orders {
    /// Orders from the first one on.
    pub fn new(shape: Shape, seed: u64) -> Self {
        Self { shape, random: Rng::with_seed(seed), order_id: 999_999, customer: 0, created_at: FIRST_ORDER }
    }

    /// Appends the next order's JSON, without a newline.
    pub fn next(&mut self, out: &mut Vec<u8>) {
        self.order_id += 1;
        self.customer = self.random.u32(1..=CUSTOMERS);
        let gap = SignedDuration::from_millis(self.random.i64(0..2 * MEAN_GAP_MILLISECONDS));
        self.created_at = self.created_at.checked_add(gap).unwrap_or(FIRST_ORDER);
        let order = match self.shape {
            Shape::Small => self.small(),
            Shape::Large => self.large(),
        };
        out.extend_from_slice(order.as_bytes());
    }

    /// The key of the order that came last: its customer, whose orders so stay in one partition.
    pub fn key(&self) -> String {
        format!("c-{}", self.customer)
    }

    fn small(&mut self) -> String {
        let Self { order_id, customer, .. } = self;
        let amount = price(&mut self.random, 500..50_000);
        let currency = pick(&mut self.random, CURRENCIES);
        format!(r#"{{"order_id":{order_id},"customer":{customer},"amount":{amount},"currency":"{currency}"}}"#)
    }

    fn large(&mut self) -> String {
        let Self { order_id, customer, created_at, random, .. } = self;
        let first_name = pick(random, FIRST_NAMES);
        let last_name = pick(random, LAST_NAMES);
        let email = format!("{first_name}.{last_name}{}@example.com", random.u32(1..100)).to_lowercase();
        let status = pick(random, STATUSES);
        let currency = pick(random, CURRENCIES);
        let (city, postal_code, country) = pick(random, CITIES);
        let street = pick(random, STREETS);
        let house = random.u32(1..200);
        let method = pick(random, PAYMENTS);
        let items: Vec<String> = (0..random.usize(3..=5)).map(|_| item(random)).collect();
        let items = items.join(",");
        let amount = price(random, 2_000..200_000);
        let gift = random.u32(0..8) == 0;
        let discount = if random.u32(0..4) == 0 { price(random, 100..2_000) } else { "null".to_owned() };
        format!(
            r#"{{"order_id":{order_id},"created_at":"{created_at:.3}","status":"{status}","customer":{{"id":{customer},"name":"{first_name} {last_name}","email":"{email}"}},"shipping":{{"street":"{street} {house}","city":"{city}","postal_code":"{postal_code}","country":"{country}"}},"items":[{items}],"payment":{{"method":"{method}","authorised":true}},"gift":{gift},"discount":{discount},"amount":{amount},"currency":"{currency}"}}"#
        )
    }
}

fn item(random: &mut Rng) -> String {
    let (name, category) = pick(random, PRODUCTS);
    let sku = random.u32(10_000..100_000);
    let quantity = random.u32(1..5);
    let unit_price = price(random, 300..40_000);
    let weight = random.u32(50..9_000);
    format!(
        r#"{{"sku":"SKU-{sku}","name":"{name}","category":"{category}","quantity":{quantity},"unit_price":{unit_price},"weight_grams":{weight}}}"#
    )
}

/// A number with two decimals, from a range of cents.
fn price(random: &mut Rng, cents: std::ops::Range<u32>) -> String {
    let cents = random.u32(cents);
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn pick<T: Default, const N: usize>(random: &mut Rng, choices: [T; N]) -> T {
    random.choice(choices).unwrap_or_default()
}

const CURRENCIES: [&str; 4] = ["EUR", "GBP", "USD", "CHF"];
const STATUSES: [&str; 4] = ["created", "paid", "shipped", "cancelled"];
const PAYMENTS: [&str; 4] = ["card", "invoice", "transfer", "wallet"];
const FIRST_NAMES: [&str; 12] =
    ["Ada", "Bruno", "Clara", "David", "Elena", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Katja", "Liam"];
const LAST_NAMES: [&str; 12] = [
    "Almeida", "Becker", "Costa", "Dubois", "Eriksen", "Fischer", "Garcia", "Horvat", "Ivanova", "Jansen", "Keller",
    "Lindgren",
];
const STREETS: [&str; 8] = [
    "Bahnhofstrasse",
    "Calle Mayor",
    "High Street",
    "Lindenallee",
    "Rue de la Paix",
    "Station Road",
    "Via Garibaldi",
    "Victoria Street",
];
const CITIES: [(&str, &str, &str); 8] = [
    ("Amsterdam", "1012 JS", "NL"),
    ("Berlin", "10115", "DE"),
    ("Dublin", "D02 AF30", "IE"),
    ("Lisboa", "1100-148", "PT"),
    ("London", "EC1A 1BB", "GB"),
    ("Lyon", "69002", "FR"),
    ("Milano", "20121", "IT"),
    ("Zürich", "8001", "CH"),
];
const PRODUCTS: [(&str, &str); 10] = [
    ("Bamboo cutting board", "kitchen"),
    ("Ceramic mug", "kitchen"),
    ("Cotton bed linen", "home"),
    ("Fountain pen", "office"),
    ("Hiking backpack", "outdoor"),
    ("Linen notebook", "office"),
    ("Merino scarf", "clothing"),
    ("Trail running shoes", "outdoor"),
    ("Walnut desk lamp", "home"),
    ("Wool blanket", "home"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn orders(shape: Shape, seed: u64, count: usize) -> Vec<(String, serde_json::Value, usize)> {
        let mut orders = Orders::new(shape, seed);
        (0..count)
            .map(|_| {
                let mut value = Vec::new();
                orders.next(&mut value);
                (orders.key(), serde_json::from_slice(&value).unwrap(), value.len())
            })
            .collect()
    }

    fn mean_length(shape: Shape) -> f64 {
        let lengths: usize = orders(shape, 42, 10_000).iter().map(|(_, _, length)| length).sum();
        lengths as f64 / 10_000.0
    }

    #[test]
    fn small_orders_have_68_bytes_on_average() {
        let mean = mean_length(Shape::Small);
        assert!((mean - 68.0).abs() < 0.03 * 68.0, "{mean}");
    }

    #[test]
    fn large_orders_have_855_bytes_on_average() {
        let mean = mean_length(Shape::Large);
        assert!((mean - 855.0).abs() < 0.03 * 855.0, "{mean}");
    }

    #[test]
    fn the_same_seed_gives_the_same_orders_and_another_gives_others() {
        assert_eq!(orders(Shape::Large, 1, 50), orders(Shape::Large, 1, 50));
        assert_ne!(orders(Shape::Large, 1, 50), orders(Shape::Large, 2, 50));
    }

    #[test]
    fn an_order_is_keyed_by_its_customer() {
        for (key, order, _) in orders(Shape::Small, 3, 100) {
            assert_eq!(key, format!("c-{}", order["customer"]));
        }
        for (key, order, _) in orders(Shape::Large, 3, 100) {
            assert_eq!(key, format!("c-{}", order["customer"]["id"]));
        }
    }

    #[test]
    fn orders_are_numbered_and_come_one_after_the_other() {
        let orders = orders(Shape::Large, 5, 100);
        for pair in orders.windows(2) {
            let [(_, earlier, _), (_, later, _)] = pair else { panic!("two orders") };
            assert_eq!(later["order_id"].as_u64().unwrap(), earlier["order_id"].as_u64().unwrap() + 1);
            assert!(later["created_at"].as_str().unwrap() >= earlier["created_at"].as_str().unwrap());
        }
    }
}
