//! Randomness: SplitMix64, the same for the same seed on every machine.

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// The stream of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A stream of its own for something: what it draws moves nothing else.
    #[must_use]
    pub fn for_part(seed: u64, part: u64) -> Self {
        let mut rng = Self(seed ^ part.wrapping_mul(0xd6e8_feb8_6659_fd93));
        rng.next_u64();
        rng
    }

    /// Where the stream stands; [`Rng::new`] goes on from there.
    #[must_use]
    pub fn state(&self) -> u64 {
        self.0
    }

    /// 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `most`; 0 where that is 0.
    pub fn below(&mut self, most: u64) -> u64 {
        let wide = u128::from(self.next_u64()) * u128::from(most);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// A number from `least` to `most`, both included.
    pub fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.below(most - least + 1)
    }

    /// True so often in 100.
    pub fn percent(&mut self, often: u64) -> bool {
        self.below(100) < often
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        let at = self.below(u64::try_from(of.len()).unwrap_or(1));
        of[usize::try_from(at).unwrap_or(0)]
    }

    /// A delay with a heavy tail: mostly about `typical`, now and then a hundred times that.
    pub fn delay(&mut self, typical: u64) -> u64 {
        let base = self.between(typical / 4 + 1, typical * 2 + 1);
        match self.below(64) {
            0 => base * 100,
            1..=3 => base * 10,
            _ => base,
        }
    }
}
