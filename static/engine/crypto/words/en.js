// Words of English passphrases: 2,048 common, short, inoffensive ones; any two differ in two letters or more. Data only.

export default Object.freeze(`
abbey abdomen academy accent accident acid acorn acre acrylic actor actress adapter adhesive adobe
adult advance advent advice aerial affair afford agency agenda agent agile airline airplane airport
aisle alarm album alcove algebra alley almanac almond alphabet alpine amateur amazon amber amethyst
amount amphora analyst ancestor anchor android angel animal ankle annual answer antelope antenna
anthem antique anvil apex apology apparel appetite apple approach apricot apron aqua aquarium arcade
arch archive arctic arena argument aria armchair aroma array arrow article artist artwork ashes
aside aspect aspen asphalt aster asteroid athlete atlas atom attic auburn audience audio aunt aura
aurora author autumn avatar avenue average avocado award axis axle azure baby bachelor backbone
backdrop backpack backyard bacon badger bagel baker balcony ballad balloon ballroom balsam bamboo
banana banjo banner banquet barbecue bargain barge barley barn barnacle barrel baseball baseline
basement basin basket bathroom bathtub battery bazaar beauty bedroom bedside bedtime beetle beginner
begonia belfry believer bellows bench beret beverage bicep bicycle bike binary bingo birch bird
birdcage birthday biscuit bison bisque blanket blazer blossom blouse board bobcat boiler bonus
booklet boost bootlace border bottle bottom boulder bouncer boundary bouquet bowl bracelet bracket
brass brave bread breakup breeder breeze brewery brick bridge broccoli brochure broker bronze broom
brown brownie brunch brunette brush bubble bucket buckle buddy budget budgie buff buffer bugle
builder bulb bulldog bulletin bulrush bundle bungalow bureau burger burgundy burlap business butter
cabbage cabin cabinet cactus cadet calendar caller calorie camellia cameo camera camphor campus
canal canary canoe canopy canteen canvas canyon cape capital captain caramel caravan carbon cardigan
career cargo carnival carol carousel carpet carriage cartoon cascade cashew cashier cassette castle
catalog catfish cauldron cavern cedar ceiling celery cellar cement census center century ceramic
cereal ceremony chalk chamber champion channel chapter charcoal chariot charity charm cheddar cheer
cheese chef chemist cherry cherub chess chestnut chicken child chimney chipmunk chisel choice choir
chorus chrome chutney cicada cinema cinnamon circle circuit circus citizen citrus city clamp
clarinet classic clay clerk client cliff climate climber clinic clipper cloth clothing cloud clover
clown club cluster clutch coach coaster cobalt cobbler cobweb cockatoo cocktail cocoa coconut
codfish coin college cologne colony color column combo comedy comet comfort comic comma command
comment compact compass composer computer concept condor congas console consul contact contest
contrast cookbook cookie copper copy corduroy corner cosmetic cosmos costume cottage cotton cougar
counter county coupon courier courtesy cousin coverage cowboy coworker coyote crab cradle crane
crater crayon creation creator creature credit creek crescent cricket crimson crocus croquet
crossbow crossing crouton crow cruise crumb crust crystal cube cuckoo cucumber cuisine culture
cupboard cupcake curator currency curry curtain curve cushion custard custom cutlery cyclist cyclone
cylinder cymbal cypress daffodil daisy damsel dance dandy data daybreak daylight deadline decade
decimal decor deer degree delta deluxe denim dentist derby desert design desk desktop detail dewdrop
diagram dialect dialog dialogue diameter diamond diary diesel dinner dinosaur diploma discount
dishes distance ditch doctor document dollar dolphin domain dome domino donut door doorbell doorstep
doorway dough doughnut downhill dozen dragon drama drawer dream dress dresser driver driveway
drizzle drone drum drummer dryer duchess duck duckling duet dumpling dune duplex dustpan dwarf
dynamo eagle earlobe early earphone earring earth easel easy ebony echo eclipse economy edge edition
editor eggplant eighteen eighty elbow elder elegance elephant elevator eleven email emblem emerald
employee empty enamel encore encyclo energy engine engineer enough entrance entry envelope envoy
epic episode equal equation equinox eraser errand espresso essay estate ethics evening event exact
example exchange exhibit exit exotic expert explorer express extra eyebrow eyelash eyelid fabric
facade face fairway fairy faith falcon family fancy fanfare farewell farmer farmland fashion fast
faucet favor favorite feather felt fence fern ferret ferry festival fiber fiction fiddle field
fifteen fiftieth fifty figure filament filling film filter final finalist firefly firewood first
fish fishbowl fisher five flag flagship flamingo flannel flapjack flash flatiron fleece fleet
flicker float flock flood florist flour flower fluffy flute flytrap foam focus folder foliage foot
football foothill footpath forehand forehead forest forge fork forklift formula fortune forty forum
fossil fraction fragment frame freckle freezer freight fresh friday friend fringe frisbee frog frost
fruit fudge funnel furnace furrow future gadget galaxy galleon gallery gallop garage garden gardener
garland garlic garment garnet gate gateway gazebo gazelle gazette gecko genius genre gentle geology
geometry geranium gherkin giant gift gingham giraffe glacier glance glass glider glimpse glitter
globe glory glue gnome goal goblet goggles golden goldfish gondola good goose gopher gorilla goulash
gourd gourmet grade grain grammar granary grand grandma grandson granite granny graph gravity gravy
green greenery grill grocery group grove guava guess guide guitar gulf gumball gumdrop gymnast
gypsum habit habitat hacksaw haircut halibut hallmark hallway halo hamlet hammer hammock hamster
handbag handbook handful handle handrail happy harbor harmony harp harvest hatchet hawk haystack
hazel hazelnut headband headset health heart hedgehog height heirloom helium hello helmet herald
herd heritage heron herring hibiscus highland highway hiker hill hillside hinge hippo history hockey
holiday hollow holly homepage hometown homework honest honey honeybee hoodie hope horizon horn horse
hospital hostess hotel hour human humble hummus humor hundred hurdle husband husky hyacinth hybrid
hydrant hyena hymn iceberg icebox icicle icing idea idol igloo iguana image impulse inbox inch
income index indigo industry infant inkwell inlet insect inside instinct internet interval intro
invoice iris iron island isotope item ivory jacket jackpot jade jaguar jasmine jawbone jazz jeans
jeep jelly jersey jewel jewelry jigsaw jogger joker journal journey judo juggler juggling juice
jukebox jump jumper jungle junior juniper kangaroo karaoke karate karma kayak kebab keeper kelp
kernel kerosene kettle keyboard keyhole keynote kick kickball kidney kilogram kilowatt kimono
kingdom kiosk kitchen kite kiwi knapsack knee kneecap knight knitting knot koala labor lacquer
ladder ladle lady ladybug lagoon lakeside lamb lamppost landlord landmark lane language lantern
lapel laptop lapwing lasso lather laundry laurel lava lawn layer layout league leap leapfrog leave
lecture left legend lemon lemonade lens leopard lesson letter lettuce level library license life
lifeboat lifetime lighter lighting lilac lily limeade limit linen lineup linguist lining lion
lipstick liquid liver lizard llama loaf lobby lobster location locker locust lodge logic logo
lollipop longhorn lookout loop lorry lottery lotus lounge love lozenge lucky luggage lullaby lunch
lung lush luxury lyric macaroni machine mackerel madam magazine magenta magician magnet magnolia
magpie mahogany maid mailbox makeup mallet mammal mammoth manatee mandarin mandolin manicure mansion
manual maple marathon marble margin marigold marina mariner market marmot maroon marsh marzipan
mascot mashed mask mason match matchbox material matrix mattress maximum mayor maze meadow meatball
mechanic media medium megabyte melody melon member memo memoir memory mentor menu merchant merit
mermaid mesh message metal metaphor meteor method metro midday midnight mime mimosa mind mineral
minibus minnow minute miracle mirror mission mist mitten mixer mixture moat mobile model modern
modest module molasses molecule moment monday monitor monkey monsoon month monument moonbeam moral
morning mosaic moss mother mouse movie muffin mulberry mule muscle museum mushroom music musician
mussel mustang mutton mystery myth nail name napkin narrator native nature nautilus navy neck
necklace necktie nectar needle neighbor nephew network never newborn nickel nickname niece nine
nineteen ninety noble noise noodle noon north notebook notepad notice notion nougat novel novelist
november number nursery nutmeg nutshell nylon oasis oatcake oatmeal obelisk object oboe ocean
octagon octave october octopus office okay olive omega omelet omnibus onion online onyx opera
operator opinion opossum optic option orange orbit orchard orchid oregano organist origami origin
ornament ostrich otter ounce outfit outline outlook oval oven overalls overcoat overpass owner oxbow
oxidizer oxygen oyster paddock pageant paintbox pair pajamas palace palette palm pamphlet pancake
panda panel panorama pansy panther papaya paper paprika parade paradise parakeet parasol parcel
parent park parlor parrot parsley parsnip partner passport paste pastry pasture path patio pattern
pause pavilion peach peacock peak peanut pearl pebble pecan pedal pedestal pelican pencil pendant
penguin pension pepper percent perfume permit person petunia pharmacy pheasant phone photo phrase
pianist piano piccolo pickle picnic picture pier pigeon pigment pilgrim pillar pillbox pilot
pinecone pinnacle pint pinwheel pioneer pipe pipeline pirate pitcher pixel pizza placemat plain
planet planner plaster plastic plate plateau platform platinum platypus playlist playroom playtime
plaza plum plumber plural plywood podium poem polish polite polka pollen polo polymer pomelo poncho
pony popcorn poplar porch porridge portal porter portrait position post postage postcard postman
potato pothole powder practice prairie preface premiere present presto pretzel primrose prince
princess printer prism prize problem produce profile program project promise proof protein proud
province pudding puddle pulley pulp puma pumpkin pupil puppet puppy purchase purple purse pushcart
puzzle pyramid python quadrant quail quality quarry quarter quartz queen quest question quick quiet
quill quince quiz quota rabbit raccoon radar radio radish radius raft railroad rainbow raincoat
rainfall raisin rake rally ramekin ramp ranch rank rapid rattle raven ravioli reader realm receipt
recipe recliner record recovery redwood reef referee reflex region register reindeer relay relief
remedy remote rent rental repair replica reply reptile research resident resort response result
return review rhapsody rhino rhubarb rhyme rhythm ribbon rice rider right ripple riverbed road robin
robot rocket rodeo rollback roller romance rooftop rooster rose rosebud rosewood rotation rotor
round route routine rowboat royal royalty rubber rubbish ruby rucksack rudder ruler rumba runner
runway rural sable saddle safari saffron sage sailboat salad salami salary saline salmon salsa salt
salute sandal sandbox sandwich sapphire sardine satchel satin saturday sauce sauna sausage sawdust
scale scallion scallop scarf scenic scholar school schooner science scissors scooter score scout
screen scroll sculptor seafood seagull seahorse seal seashell seashore season seaweed second secret
section sedan seesaw segment semester sequel sequence series servant sesame session setting seven
seventy sewing shadow shallow shampoo shamrock shape shark shawl sheep shell shelter shepherd
sherbet shield shingle ship shoe shoebox shoelace shoulder shovel shrimp shrub shutter shuttle
sibling sideburn sidewalk sierra siesta signal silence silk silver simple singer sinkhole siren
sister sitcom sixteen sixty skate skeleton sketch skill skipper skirt skylark skylight skyline
slalom sled sleeve slice slogan slope small smile smooth smoothie snack snapper snapshot sneaker
snooker snow snowball snowman soccer social society sock soda soft soil solar solid sonata song
songbird sonnet soprano sorbet soup source south souvenir soybean space spaniel sparkle sparrow
spatula spectrum speech speed sphere spider spinach spiral splash sponge sponsor spoon sport
sprinkle sprocket spruce square squash squid squirrel squirt stadium staff stair stairway stamp
staple starfish starling station statue steam steel steeple stereo stew sticker stitch stomach stool
story stove straight strategy straw street stretch string stripe stroller strudel student studio
style stylist suburb subway success suede sugar suit suitcase sulfur summary summer summit sunbeam
sunday sundial sundown sunlight sunny sunrise sunset suntan supper supply surf surface surgeon
surprise sushi swan sweater sweet swim swimmer swimsuit sycamore symbol symphony syrup system tablet
taco tadpole tailor talent talk tandem tango tapestry target tariff tarragon tart taxi teacher
teapot teardrop teaspoon telegram temple tenant tender tennis tenor term terrace terrapin terrier
text textbook textile texture thank theater theme theorem theory thermos thimble thirteen thirty
thousand thread throat throne thumb thunder thursday thyroid ticket tiger tile timber timeline
tinfoil tinsel tiptoe tissue toast today toddler toffee token tomato tomorrow tongue toolbox tooth
topaz topic topping topsoil tornado tortoise total totem toucan touch tourist tower town track
tractor trader traffic trail trailer transfer travel traveler tray treasure treaty tree treetop
trellis trend triangle tribute tricycle trifle trilogy trinket trio tripod trolley trombone trophy
tropics trousers trout truffle trumpet trunk tuesday tugboat tulip tuna tundra turban turbine turkey
turnip turnover turtle tutor tuxedo tweed tweezers twelve twenty twig twilight typist ukulele
umbrella uncle unicorn uniform unit universe update upgrade upside upstairs usher utensil vacation
vaccine vacuum valve vanilla vapor variety varnish vase vault vector vehicle vein velvet vendor
venture veranda verb verse vessel veteran viaduct victory video view village vinegar vineyard vinyl
viola violet violin visitor vitamin vocal vocalist voice volcano volume voyage waffle wagon wallaby
walnut walrus waltz wanderer warbler wardrobe warm washer watchdog water wave weaver wedding week
weekday weekend welcome west whale wheat wheel whisper whistle white wicker widget wild wildlife
willow windmill window windsock wing wingspan winter wire wisdom wolf wombat wonder woodshed
woodwind wool word workbook worker workload wreath wren wrench wrist writer yacht yard year yearbook
yeast yellow yodeler yoga yogurt young zebra zenith zeppelin zero zigzag zinc zipper zodiac zone
zucchini
`.trim().split(/\s+/));
