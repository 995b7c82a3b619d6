// Shapes on the globe: circles, boxes and what is being drawn, as GeoJSON.
const RADIUS_KM = 6371.0088;
const rad = (degrees) => degrees * Math.PI / 180;
const deg = (radians) => radians * 180 / Math.PI;

/** Great-circle distance in km (haversine): for what the hand draws; the service uses WGS84. */
export function distanceKm([lon1, lat1], [lon2, lat2]) {
  const a = Math.sin(rad(lat2 - lat1) / 2) ** 2 + Math.cos(rad(lat1)) * Math.cos(rad(lat2)) * Math.sin(rad(lon2 - lon1) / 2) ** 2;
  return 2 * RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(a)));
}

/** A ring of points at one distance from a place; longitudes may pass 180. */
export function circle(lon, lat, km, corners = 72) {
  const reach = km / RADIUS_KM, ring = [];
  for (let i = 0; i <= corners; i++) {
    const bearing = 2 * Math.PI * i / corners;
    const sin = Math.sin(rad(lat)) * Math.cos(reach) + Math.cos(rad(lat)) * Math.sin(reach) * Math.cos(bearing);
    const y = Math.asin(Math.max(-1, Math.min(1, sin)));
    const x = Math.atan2(Math.sin(bearing) * Math.sin(reach) * Math.cos(rad(lat)), Math.cos(reach) - Math.sin(rad(lat)) * sin);
    ring.push([lon + deg(x), deg(y)]);
  }
  return ring;
}

export const box = ([west, south], [east, north]) => [[west, south], [east, south], [east, north], [west, north]];
const feature = (type, coordinates, properties = {}) => ({ type: "Feature", properties, geometry: { type, coordinates } });

/** Everything that was drawn, and the corners of what is being drawn. */
export function shapesOf(events, draft) {
  const features = [];
  for (const event of events) {
    if (event.kind === "disk") features.push(feature("Polygon", [circle(event.lon, event.lat, event.radius_km)]));
    if (event.kind === "polygon") features.push(feature("Polygon", event.area.coordinates));
    if (event.kind === "cut") features.push(feature("Point", [event.lon, event.lat]));
  }
  if (draft.length > 1) features.push(feature("LineString", draft));
  draft.forEach((corner) => features.push(feature("Point", corner)));
  return { type: "FeatureCollection", features };
}

/** Whether two lines between corners cross: an area whose border crosses itself is none. */
export function crosses(ring) {
  const turn = (a, b, c) => Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
  const n = ring.length;
  for (let i = 0; i < n; i++) for (let j = i + 2; j < n; j++) {
    if (i === 0 && j === n - 1) continue;
    const [a, b, c, d] = [ring[i], ring[(i + 1) % n], ring[j], ring[(j + 1) % n]];
    if (turn(a, b, c) !== turn(a, b, d) && turn(c, d, a) !== turn(c, d, b)) return true;
  }
  return false;
}
