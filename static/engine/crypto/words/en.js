// Words of English passphrases: common, short, inoffensive, told apart by ear and eye. Data only.

export default Object.freeze(`
acorn adult agent alarm album alley amber anchor angle animal ankle answer apple apron arch arrow
artist ashes atlas attic autumn award bacon badge bagel baker ballet bamboo banana banjo banner
barley barn barrel basil basket beach beacon beaver bench berry bicycle biscuit bishop blanket
blossom board boat bonus border bottle branch brass bread breeze brick bridge bronze broom brush
bucket budget buffalo bugle bundle butter button cabin cable cactus camel camera canal candle canoe
canvas canyon carbon career cargo carpet carrot castle cedar cellar cement census cereal chalk
chapel charm cheese cherry chess chimney chisel choir cider cinema circle citrus clay cliff clinic
clock cloth cloud clover coast cobalt coconut coffee comet compass concert copper coral corner
cotton cousin coyote cradle crane crayon cream creek cricket crystal cube cupcake curtain cushion
daisy dance dawn decade delta denim desert detail dialog diary dinner doctor dolphin donkey dragon
drawer dream drum eagle earth easel echo elbow elder emerald engine escape evening fabric falcon
family farmer feather fennel ferry fiddle field filter finger flag flame flour flower flute focus
forest fossil fountain fox friend frost galaxy garage garden garlic gazebo gentle ginger giraffe
glacier glass glove goblet golden goose gospel grain granite grape gravel guitar habit hammer
hammock harbor harvest hazel helmet herald heron hiker honey horizon hotel humble iceberg icicle
indigo infant inlet iris island ivory jacket jasmine jelly jersey jewel jigsaw journal juice jungle
kayak kettle kitchen kiwi koala ladder lagoon lantern laptop laurel lavender lawn leather lecture
legend lemon library lilac linen lizard lobster locket lotus lumber
`.trim().split(/\s+/));
