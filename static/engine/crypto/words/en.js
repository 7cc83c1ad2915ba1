// Words of English passphrases: common, short, inoffensive, told apart by ear and eye. Data only.

export default Object.freeze(`
abbey acorn actor adult advice aerial afford agenda agent agile aisle alarm album alcove alley
almond alpine amber amount anchor animal ankle annual answer anthem anvil apple apron archive arctic
arena aroma array arrow artist ashes aspen aster atlas atom attic auburn aunt author autumn avenue
award axis azure bacon bagel baker ballad balsam bamboo banana banjo banner barge barley barn barrel
basin basket bazaar beacon beetle belfry bench beret bicep bingo birch bird bishop bison blazer
blouse board bobcat boiler bonus border bottle bowl brass brave bread breeze brick bridge bronze
broom brunch brush bubble bucket buckle buddy budget bugle bundle burger burlap bus butter cabin
cactus cadet cameo camera canal canoe canvas canyon cape carbon career cargo carpet cartoon cashew
castle catalog cavern cedar celery cellar cement census cereal chain chalk chapel charm cheese chef
cherry cherub chess child chisel choir chorus cinema circle circus citrus city clay clerk client
cliff clinic cloth cloud clover clown club coach cobalt cocoa coin colony column comedy comet comic
condor copper copy corner cosmos cotton county cousin cowboy coworker coyote cradle crane crater
crayon creek crow cruise crumb crust cube cupboard cupcake curry custom cymbal daisy damsel dance
dandy data day decade deer degree delta deluxe denim derby desert design desk detail dialog diary
diesel dinner discount ditch doctor dog dollar domino door dough dozen dragon drama drawer dream
dress driver drum duck duet dune duplex duvet dynamo eagle early earth easel easy ebony echo edge
editor eel egg eighty elbow elder eleven elm email emblem empire empty energy engine enough entry
envoy epic equal eraser errand escape essay estate ethics event exact exit exotic expert extra eye
fabric face faith falcon family fancy farmer fast faucet favor felt fence fern ferry fiber fiddle
field figure film filter final first fish five flag fleet float flock flour flower fluffy flute fly
foam focus folder foot forest forge fork fortune forty forum fossil fox frame fresh friend fringe
frog frost fruit fudge funnel furrow future gadget galaxy gallop garage garden garlic gas gate
gazebo gecko genius genre gentle giant gift gig glass globe glory glue gnome goal goblet golden good
goose gopher gospel gourd grade grain grand graph green grill grin group grove guava guide guitar
gulf gym gypsum habit halo hamlet hammer handle happy harbor harp hat hawk hazel health heart heat
heaven hedge helium hello helmet herald herd heron hiker hill hinge hippo hockey hollow honest honey
hope horn horse hotel hour hub human humble hurdle husky hybrid hymn iceberg icicle idea idol igloo
image inch income index indigo infant ink inlet insect inside iris iron island item ivory ivy jacket
jade jaguar jam jazz jeans jeep jelly jersey jet jewel jigsaw joker joy juice jump jungle junior
karate karma kayak kebab keel keeper kelp kernel kettle key kick kid kingdom kiosk kitchen kite kiwi
knee knight knot koala ladder lagoon lamb lane lapel laptop lasso lather laurel lava lawn layer
league leap leave left legend lemon lens lesson letter level life lilac lily limit linen lion lip
liquid liver lizard llama loaf lobby lodge logic loop lorry lotus lounge love lucky lunch lung lush
luxury lyric magnet magpie maid mallet maple marble margin marina market maroon marsh mask master
match matrix mattress mayor maze meadow media melody melon member memo menu merit mesh metal meteor
meter method midday mime mind minute mirror mist mitten mixer moat model modern modest moment monkey
month mop moral mosaic moss mouse movie mud muffin mule museum music mutton myth nail name napkin
narrow native nature navy neck nectar needle nephew network never new nickel niece nine noble noise
noodle noon north notebook notion novel number nutmeg nylon oar oasis oboe ocean octave odor office
okay old olive omega online onyx opera optic orange orbit orchid order organ origin otter ounce oval
oven owl owner oxygen oyster pair palace palm pancake panda panel panther papaya paper parade parcel
park parrot party paste pastry path patio pause peach peak peanut pearl pebble pecan pedal pencil
penguin pepper person phone photo phrase piano picnic pier pigeon pilot pint pipe pixel pizza plain
planet plant plate plaza plumber poem polite pollen polo pony poplar porch portrait post potato
powder prince print prism prize proof proud pulley pumpkin pupil puppet puppy purple purse puzzle
quail quartz queen quest quick quiet quill quiz rabbit radar radio radish raft rain raisin rake
rally ramp ranch rapid raven reader recipe record red reef region relay remote rent resort result
ribbon rice rider ridge right ripple road robin robot rocket rodeo room rose rotor round route royal
rubber ruby rudder rug ruler rumba runner rural rust sable saddle sage salad salmon salon salsa salt
sandal satin sauce sauna scale scarf scenic school scout screen seal season second sequel sesame
seven shadow shape shawl sheep shell shield ship shoe shore shovel shrimp shrub siesta signal silk
silver simple singer siren sister six skate sketch skirt sky sled sleeve slice slogan small smile
smooth snack snail snow soccer social sock soda soft soil solar solid sonnet soup south space speech
spider spiral splash sponge spoon sport spruce square squid stable staff stage stair stamp star
statue steam steel stereo stew stool story stove straw stream street string studio subway suede
sugar suit summer summit sunny supper surf swan swim symbol syrup system tablet tailor talent tango
tank tapestry target taxi teacher team teapot temple tennis text theory thread throne thumb ticket
tiger tile timber tin tissue title toast today toe toffee tomato tooth topaz topic total totem
toucan tower town track trader trail travel tray tree trio trophy trout trunk tulip tuna tundra
turban turkey turnip turtle tuxedo twelve twin typist uncle union unit upper urban usher valley
valve vanilla vase vault vector velvet vendor verb verse vessel vinegar violet violin vocal voice
volume voyage waffle wagon walnut waltz warm water wave wax weaver web wedding weekend welcome west
whale wheat wheel whisper whistle wicker widget wild willow window wing winter wire wisdom wolf
wonder wool word world wreath wren wrist writer yacht yard year yeast yellow yoga yogurt young zebra
zenith zero zigzag zinc zipper zone zoo
`.trim().split(/\s+/));
